internal import AdmissionServer
internal import ClusterState
private import JSONPull
internal import KubernetesClient
internal import Logging
internal import NIOCore
internal import Offline
internal import Policy
private import Prometheus
internal import ServiceLifecycle
private import Synchronization

/// The audit of what exists as a service: one replica at a time, elected through a Lease, judges everything it watches anyway,
/// round after round, each spread over half of the interval, minutes at the most.
///
/// Nothing is listed for it, and reviews never wait for it.
struct AuditService: Service {
    /// How long things last.
    struct Timing: Sendable {
        /// From the beginning of a round to that of the next.
        var interval: Duration
        /// The same when the policy has changed, at the least.
        var shortestInterval = Duration.seconds(10)
        /// From one look at whether there is something to do to the next.
        var tick = Duration.seconds(1)

        /// A round keeps the policy it began with, and who has changed that waits for the next one.
        private static let longestSpread = Duration.seconds(300)

        /// What of the interval a round may take.
        var spread: Duration { min(interval / 2, Self.longestSpread) }
    }

    /// Of runs in a line of the log.
    private static let maximumNames = 10

    let rounds: AuditRounds
    let elector: AuditElector
    private let timing: Timing
    private let engine: Current<PolicyEngine>
    private let store: ClusterStore
    private let objects: AuditedObjects
    private let marks: ReviewMarks?
    private let keepsResults: Bool
    private let client: APIClient
    private let eventLoop: any EventLoop
    private let metrics: AuditMetrics
    private let logger: Logger

    /// Makes what does nothing before it runs.
    ///
    /// - Parameters:
    ///   - timing: how often.
    ///   - objects: what is judged, fed by whoever feeds `store`.
    ///   - store: the state.
    ///   - engine: the policy in force.
    ///   - marks: what reviews left; nil where they leave nothing.
    ///   - keepsResults: whether somebody reports what is found of each object.
    ///   - client: asks the API server, for this service alone.
    ///   - namespace: of the Lease.
    ///   - eventLoop: where objects are judged; its thread has nothing else to do.
    ///   - metrics: what it counts in.
    ///   - logger: for what an operator has to know.
    init(
        timing: Timing,
        objects: AuditedObjects,
        store: ClusterStore,
        engine: Current<PolicyEngine>,
        marks: ReviewMarks?,
        keepsResults: Bool,
        client: APIClient,
        namespace: String,
        on eventLoop: any EventLoop,
        metrics: AuditMetrics,
        logger: Logger
    ) {
        (self.timing, self.objects, self.store, self.engine) = (timing, objects, store, engine)
        (self.marks, self.keepsResults) = (marks, keepsResults)
        (self.client, self.eventLoop, self.metrics, self.logger) = (client, eventLoop, metrics, logger)
        let elector = AuditElector(
            client: client,
            namespace: namespace,
            replica: ServerSettings.hostName,
            environment: .init(
                monotonicMilliseconds: Clocks.monotonicMilliseconds,
                wallMilliseconds: Clocks.wallMilliseconds,
                onEvent: { Self.log($0, to: logger) },
                onFailure: { metrics.failures[.lease]?.increment() }
            )
        )
        let rounds = AuditRounds()
        (self.elector, self.rounds) = (elector, rounds)
        metrics.observe(rounds, objects) { elector.isElected }
        logger.info(
            "what exists is audited",
            metadata: ["interval": "\(timing.interval.components.seconds) s", "namespace": "\(namespace)"]
        )
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { tasks in
                tasks.addTask { await elect() }
                tasks.addTask { await audit() }
            }
        }
        await elector.release()
        client.close()
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }

    private func elect() async {
        while !Task.isCancelled {
            let wait = await elector.attempt()
            try? await Task.sleep(for: .milliseconds(wait))
        }
    }

    // MARK: Rounds

    private func audit() async {
        var last: (beganAt: ContinuousClock.Instant, digest: String)?
        while !Task.isCancelled {
            if isDue(last), elector.isElected, isComplete {
                last = (ContinuousClock.now, engine.value.policy.digest)
                await round()
            } else if !elector.isElected {
                // Whoever is the one again begins at once.
                last = nil
            }
            try? await Task.sleep(for: timing.tick)
        }
    }

    private func isDue(_ last: (beganAt: ContinuousClock.Instant, digest: String)?) -> Bool {
        guard let last else { return true }
        let isChanged = last.digest != engine.value.policy.digest
        let interval = isChanged ? min(timing.shortestInterval, timing.interval) : timing.interval
        return ContinuousClock.now - last.beganAt >= interval
    }

    /// Whether all that is watched has been listed, or is known not to be there.
    private var isComplete: Bool {
        store.sourceConditions.allSatisfy { if case .unsynced = $0.condition { false } else { true } }
    }

    private func round() async {
        let known = await reviewedRuns()
        let unended = UnendedRuns()
        let judge = AuditJudge(
            engine: engine.value,
            state: store,
            objects: objects,
            reviewed: known,
            keepsResults: keepsResults,
            onUnended: { uid, generation in unended.add(uid, generation) },
            on: eventLoop,
            environment: .init(
                wall: Clocks.wall,
                monotonicNanoseconds: Clocks.monotonicNanoseconds,
                threadNanoseconds: Clocks.threadNanoseconds
            )
        )
        if let round = await judge.judge(spreadOver: timing.spread, while: { elector.isElected }) {
            end(round)
            if known != nil { await dropMarks(allBut: unended.marks) }
            return
        }
        metrics.rounds[.abandoned]?.increment()
    }

    /// Which runs were reviewed; nil where that cannot be known, which whoever reads the marks has told.
    private func reviewedRuns() async -> ReviewedRuns? {
        guard let marks else { return nil }
        let askedAt = store.now / 1000
        do throws(MarksFailure) {
            let known = try await marks.read()
            return ReviewedRuns(since: known.since, askedAtSeconds: askedAt) { known.contains(uid: $0, generation: $1) }
        } catch {
            metrics.failures[.marks]?.increment()
            return nil
        }
    }

    /// Removes the marks of runs that are over or gone.
    private func dropMarks(allBut known: [ReviewMark]) async {
        // The next one that audits sees other runs than this one has seen.
        guard let marks, elector.isElected else { return }
        do throws(MarksFailure) {
            try await marks.drop(allBut: known)
        } catch {
            metrics.failures[.marks]?.increment()
        }
    }

    private func end(_ round: AuditRound) {
        metrics.rounds[.completed]?.increment()
        rounds.end(round)
        logger.info(
            "audited",
            metadata: [
                "objects": "\(round.judged)", "denied": "\(round.denied)", "warned": "\(round.warned)",
                "seconds": "\(Int(round.durationSeconds.rounded(.up)))",
                "cpu_milliseconds": "\(Int(round.processorSeconds * 1000))",
                "sha256": "\(round.policyDigest)",
            ]
        )
        let unreviewed = (round.unreviewed ?? []).filter { !$0.isEarlier }
        guard !unreviewed.isEmpty else { return }
        let names = unreviewed.prefix(Self.maximumNames).map { "\($0.object.shownName) (\($0.decision.rawValue))" }
        logger.warning(
            "active runs were never reviewed as they are; what the policy would have said is in brackets",
            metadata: [
                "runs": "\(names.joined(separator: ", "))",
                "count": "\(round.unreviewedCount(isEarlier: false) ?? unreviewed.count)",
            ]
        )
    }

    private static func log(_ event: AuditElector.Event, to logger: Logger) {
        switch event {
        case .elected: logger.notice("this replica audits")
        case .ended: logger.notice("this replica audits no longer")
        case .failed(let reason):
            logger.error("no replica can be elected to audit", metadata: ["reason": "\(VisibleText.line(reason))"])
        case .recovered: logger.notice("a replica can be elected to audit again")
        }
    }
}

/// The marks of the runs that a round found not to be over, whether they have left one or not.
private final class UnendedRuns: Sendable {
    private let found = Mutex<[ReviewMark]>([])

    var marks: [ReviewMark] { found.withLock { $0 } }

    func add(_ uid: ExactString, _ generation: Int64) {
        guard let mark = ReviewMark(uid: uid, generation: generation) else { return }
        found.withLock { $0.append(mark) }
    }
}
