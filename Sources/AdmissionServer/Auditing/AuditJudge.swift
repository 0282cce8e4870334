internal import AdmissionAPI
package import AgentRuns
package import ClusterState
package import JSONPull
package import NIOCore
package import Policy

/// Judges all objects that exist for one round, a slice at a time, each in the light of the others (``EarlierRuns``).
///
/// On a thread of its own: no review waits for it but for the cluster state's lock, which it holds as they do.
package actor AuditJudge {
    /// What it needs of the machine.
    package struct Environment: Sendable {
        package var wall: @Sendable () -> Timestamp
        /// Never going back.
        package var monotonicNanoseconds: @Sendable () -> Int64
        /// CPU time of the calling thread.
        package var threadNanoseconds: @Sendable () -> Int64

        package init(
            wall: @escaping @Sendable () -> Timestamp,
            monotonicNanoseconds: @escaping @Sendable () -> Int64,
            threadNanoseconds: @escaping @Sendable () -> Int64
        ) {
            self.wall = wall
            self.monotonicNanoseconds = monotonicNanoseconds
            self.threadNanoseconds = threadNanoseconds
        }
    }

    /// So many objects are judged without a pause at the most.
    static let sliceCount = 64
    /// For so long at the most, and an object.
    private static let sliceNanoseconds: Int64 = 1_000_000
    /// The longest pause between two slices.
    private static let longestPauseNanoseconds: Int64 = 1_000_000_000

    // The judge keeps its event loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe eventLoop.executor.asUnownedSerialExecutor()
    }

    private nonisolated let eventLoop: any EventLoop
    private let environment: Environment
    private let engine: PolicyEngine
    private let state: ClusterStore
    private let others: EarlierRuns
    private let objects: AuditedObjects
    private let reviewed: ReviewedRuns?
    private let onUnended: (@Sendable (_ uid: ExactString, _ generation: Int64) -> Void)?
    private let startedAt: Int64
    private let now: Timestamp
    private let placeCount: Int
    private var place = 0
    private var waiting: ArraySlice<AuditedObjects.Object> = []
    /// Nil where nobody reports them.
    private var results: AuditResults?
    /// Those that are told, by whether they are from before there were marks.
    private var unreviewedCounts: [Bool: Int] = [:]
    /// Where objects are unpacked.
    private var text: [UInt8]
    private var round: AuditRound

    /// Begins a round.
    ///
    /// - Parameters:
    ///   - engine: what is judged by.
    ///   - state: everything that exists, complete by now.
    ///   - objects: what is judged.
    ///   - reviewed: which runs were reviewed; nil where that is not known.
    ///   - keepsResults: whether somebody reports what is found of each object.
    ///   - onUnended: told of each run that is not over, on the audit's thread.
    ///   - eventLoop: the thread; not one that answers reviews.
    ///   - environment: clocks.
    package init(
        engine: PolicyEngine,
        state: ClusterStore,
        objects: AuditedObjects,
        reviewed: ReviewedRuns?,
        keepsResults: Bool,
        onUnended: (@Sendable (_ uid: ExactString, _ generation: Int64) -> Void)? = nil,
        on eventLoop: any EventLoop,
        environment: Environment
    ) {
        (self.engine, self.state, self.objects, self.reviewed) = (engine, state, objects, reviewed)
        (self.eventLoop, self.environment, self.onUnended) = (eventLoop, environment, onUnended)
        // A report that says the same is not written again.
        others = EarlierRuns(state, tellsAges: false)
        results = keepsResults ? AuditResults() : nil
        startedAt = environment.monotonicNanoseconds()
        now = environment.wall()
        // What comes later is for the next round.
        placeCount = objects.placeCount
        text = [UInt8](repeating: 0, count: objects.maximumObjectBytes)
        round = AuditRound(beganAt: now, policyDigest: engine.policy.digest)
        round.marksSince = reviewed?.since
        if reviewed != nil { round.unreviewed = [] }
    }

    /// What part of the round is done, from 0 to 1.
    package var progress: Double {
        placeCount == 0 ? 1 : Double(max(0, place - waiting.count)) / Double(placeCount)
    }

    /// Judges everything, spread over some time, on one thread without a change to another.
    ///
    /// - Parameters:
    ///   - spread: how long the round may take.
    ///   - goesOn: asked before each slice.
    /// - Returns: nil when it was broken off.
    package func judge(spreadOver spread: Duration, while goesOn: @Sendable () -> Bool) async -> AuditRound? {
        let end = startedAt + TimeAmount(spread).nanoseconds
        while goesOn(), !Task.isCancelled {
            let (sliceStart, before) = (environment.monotonicNanoseconds(), progress)
            if let round = judgeSlice() { return round }
            // As much time for what is left as there is, in parts as large as this one.
            let now = environment.monotonicNanoseconds()
            let slices = max(1, (1 - progress) / max(progress - before, 1e-9))
            let pause = Double(end - now) / slices - Double(now - sliceStart)
            await wait(nanoseconds: Int64(min(pause, Double(Self.longestPauseNanoseconds))))
        }
        return nil
    }

    private func wait(nanoseconds: Int64) async {
        guard nanoseconds > 0 else { return }
        let timer = eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) {}
        // Cancelled, it fails, which is as good an end.
        await withTaskCancellationHandler {
            _ = try? await timer.futureResult.get()
        } onCancel: {
            timer.cancel()
        }
    }

    /// Judges a few objects; the round when there is nothing left.
    package func judgeSlice() -> AuditRound? {
        let processorStart = environment.threadNanoseconds()
        let end = environment.monotonicNanoseconds() + Self.sliceNanoseconds
        if waiting.isEmpty, place < placeCount {
            let places = place..<min(placeCount, place + Self.sliceCount)
            place = places.upperBound
            waiting = objects.objects(at: places)[...]
        }
        while let object = waiting.popFirst() {
            judge(object)
            if environment.monotonicNanoseconds() >= end { break }
        }
        round.processorSeconds += Double(environment.threadNanoseconds() - processorStart) / 1e9
        guard waiting.isEmpty, place >= placeCount else { return nil }
        (round.results, round.leftOut) = (results?.kept ?? [], results?.leftOut ?? [:])
        results = nil
        round.endedAt = environment.wall()
        round.durationSeconds = Double(environment.monotonicNanoseconds() - startedAt) / 1e9
        return round
    }

    private func judge(_ object: AuditedObjects.Object) {
        var text: [UInt8] = []
        swap(&text, &self.text)
        defer { swap(&text, &self.text) }
        let isRead = unsafe text.withUnsafeMutableBytes { room in
            unsafe object.withJSON(in: room) { unsafe judge(object, $0) }
        }
        if isRead != true { round.notJudged[.unreadable, default: 0] += 1 }
    }

    /// False for what cannot be read.
    private func judge(_ object: AuditedObjects.Object, _ json: UnsafeRawBufferPointer) -> Bool {
        if let withheld = object.withheld {
            guard let header = unsafe try? AuditedHeader(json) else { return false }
            note(header, object, withheld)
            return true
        }
        let verdict: Verdict?
        do throws(AdmissionReviewError) {
            verdict =
                object.kind == .agentRun
                ? try unsafe engine.judge(run: json, state: others, now: now)
                : try unsafe engine.judge(manifest: json, state: others, now: now)
        } catch {
            return false
        }
        guard let verdict else { return false }
        let found = verdict.object
        var standing: RunStanding?
        if object.kind == .agentRun {
            standing = state.standing(ObjectKey(namespace: found.namespace, name: found.name))
            guard let standing, standing != .over else {
                round.over += 1
                return true
            }
        }
        count(verdict)
        let reference = AuditRound.Object(
            kind: object.kind.rawValue,
            namespace: found.namespace,
            name: found.name,
            uid: found.uid,
            generation: object.generation
        )
        results?.add(verdict, of: reference)
        if let standing {
            note(standing, object, reference, verdict.decision) {
                verdict.deciding.map { "\($0.rule.rawValue)/\($0.reason.rawValue)" }
            }
        }
        return true
    }

    private func count(_ verdict: Verdict) {
        round.judged += 1
        switch verdict.decision {
        case .denied: round.denied += 1
        case .warned: round.warned += 1
        case .allowed, .notJudged: break
        }
        for finding in verdict.findings {
            round.findings[.init(rule: finding.rule, action: finding.action), default: 0] += 1
        }
        if verdict.omitted.count > 0 {
            for (kind, count) in verdict.omitted.counts {
                round.findings[.init(rule: kind.rule, action: kind.action), default: 0] += count
            }
        }
    }

    /// Notes an object of which nothing but its header is known.
    private func note(_ header: AuditedHeader, _ object: AuditedObjects.Object, _ withheld: AuditedObjects.Withheld) {
        let reference = AuditRound.Object(
            kind: object.kind.rawValue,
            namespace: header.namespace,
            name: header.name,
            uid: header.uid,
            generation: object.generation
        )
        if object.kind == .agentRun {
            let standing = state.standing(ObjectKey(namespace: header.namespace, name: header.name))
            guard let standing, standing != .over else {
                round.over += 1
                return
            }
            note(standing, object, reference, .notJudged) { [] }
        }
        round.notJudged[withheld == .tooLarge ? .tooLarge : .noRoom, default: 0] += 1
    }

    /// Notes a run that is not over, and whether it was never reviewed as it is.
    private func note(
        _ standing: RunStanding,
        _ object: AuditedObjects.Object,
        _ reference: AuditRound.Object,
        _ decision: AuditRound.Decision,
        reasons: () -> [String]
    ) {
        guard let generation = object.generation, !reference.uid.isEmpty else { return }
        onUnended?(reference.uid, generation)
        guard standing.isActive, let reviewed,
            reviewed.isUnreviewed(uid: reference.uid, generation: generation, seenAtSeconds: object.seenAtSeconds)
        else { return }
        let isEarlier = reviewed.isEarlier(object.changedAt)
        guard unreviewedCounts[isEarlier, default: 0] < AuditRound.maximumUnreviewed else {
            round.untoldUnreviewed[isEarlier, default: 0] += 1
            return
        }
        unreviewedCounts[isEarlier, default: 0] += 1
        round.unreviewed?.append(
            AuditRound.Unreviewed(
                object: reference,
                since: object.changedAt,
                isEarlier: isEarlier,
                decision: decision,
                reasons: reasons()
            )
        )
    }
}

extension Verdict {
    /// What a review would have come to.
    fileprivate var decision: AuditRound.Decision {
        if !allowed { return .denied }
        return findings.contains { $0.action == .warn } ? .warned : .allowed
    }

    /// The findings that make it so.
    fileprivate var deciding: [Finding] {
        switch decision {
        case .denied: findings.filter { $0.action == .deny }
        case .warned: findings.filter { $0.action == .warn }
        case .allowed, .notJudged: []
        }
    }
}
