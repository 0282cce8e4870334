package import AgentRuns
package import ClusterState
internal import JSONPull
package import KubernetesClient
package import Logging
internal import NIOCore
package import Policy
private import Synchronization

/// Tells the other replicas by a Lease which policy this one judges by, and reads theirs.
///
/// For people and metrics alone: no verdict rests on it, and a replica that may not do so is as ready as any other.
package final class ReplicaKeeper: Sendable {
    package struct Configuration: Sendable {
        /// Where the Leases are.
        package var namespace: String
        /// Name of the host, which in a pod is the pod's.
        package var host: String
        /// The ConfigMap that the policy is mounted from; nil where nobody asks who changed it.
        package var policyMap: PolicyMap?

        package init(namespace: String, host: String, policyMap: PolicyMap? = nil) {
            (self.namespace, self.host, self.policyMap) = (namespace, host, policyMap)
        }
    }

    /// A ConfigMap by name.
    package struct PolicyMap: Sendable {
        package var namespace: String
        package var name: String

        package init(namespace: String, name: String) { (self.namespace, self.name) = (namespace, name) }
    }

    private struct State: Sendable {
        var roll: ReplicaRoll
        /// The time of its own note is put in when that is sent.
        var standing: ReplicaStanding
        var told = ToldCauses()
    }

    let configuration: Configuration
    let client: APIClient
    let now: @Sendable () -> ClaimMoment
    private let logger: Logger
    private let state: Mutex<State>
    /// A round is due; of several wishes one is enough.
    private let wishes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let pace: TimeAmount

    /// Makes a keeper that does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: where and who.
    ///   - policy: what this replica judges by.
    ///   - loadedAt: since when.
    ///   - client: asks the API server; its event loop serves no reviews.
    ///   - now: both clocks.
    ///   - logger: gets a line when replicas cannot tell each other, and when they can again.
    package convenience init(
        _ configuration: Configuration,
        policy: AdmissionPolicy,
        loadedAt: Timestamp,
        client: APIClient,
        now: @escaping @Sendable () -> ClaimMoment,
        logger: Logger
    ) {
        self.init(
            configuration,
            policy: policy,
            loadedAt: loadedAt,
            client: client,
            now: now,
            logger: logger,
            pace: .milliseconds(ReplicaRoll.renewalMilliseconds)
        )
    }

    /// Another pace than the product's is for tests.
    init(
        _ configuration: Configuration,
        policy: AdmissionPolicy,
        loadedAt: Timestamp,
        client: APIClient,
        now: @escaping @Sendable () -> ClaimMoment,
        logger: Logger,
        pace: TimeAmount
    ) {
        (self.configuration, self.client, self.now, self.logger) = (configuration, client, now, logger)
        self.pace = pace
        let note = Self.note(of: policy, loadedAt: loadedAt, host: configuration.host)
        state = Mutex(State(roll: ReplicaRoll(host: configuration.host), standing: ReplicaStanding(own: note)))
    }

    /// What is known now.
    package var standing: ReplicaStanding {
        let moment = now()
        return state.withLock { state in
            var standing = state.standing
            standing.replicas = state.roll.entries(at: moment)
            return standing
        }
    }

    /// Tells the others of a new policy at once.
    package func use(_ policy: AdmissionPolicy, loadedAt: Timestamp) {
        let note = Self.note(of: policy, loadedAt: loadedAt, host: configuration.host)
        state.withLock { $0.standing.own = note }
        wishes.continuation.yield()
    }

    /// Renews, reads and removes until the task is cancelled; then the own Lease is removed.
    package func run() async {
        let continuation = wishes.continuation
        let timer = client.eventLoop.scheduleRepeatedTask(
            initialDelay: pace,
            delay: pace,
            // Replicas that were started together do not ask together for ever.
            maximumAllowableJitter: .nanoseconds(pace.nanoseconds / 6)
        ) { _ in continuation.yield() }
        continuation.yield()
        var rounds = ReplicaRounds(self)
        for await _ in wishes.stream { await rounds.round() }
        timer.cancel()
        await rounds.leave()
    }

    private static func note(of policy: AdmissionPolicy, loadedAt: Timestamp, host: String) -> ReplicaNote {
        ReplicaNote(
            name: ExactString(host),
            version: ExactString(ProductVersion.number),
            digest: ExactString(policy.digest),
            generation: ExactString(policy.generation.rawValue),
            loadedAt: ExactString(loadedAt.text),
            renewedAt: WallTime(milliseconds: 0)
        )
    }

    // MARK: What rounds find

    /// The note as it is to be sent now.
    var note: ReplicaNote {
        let wall = now().wall
        return state.withLock { state in
            var note = state.standing.own
            note.renewedAt = wall
            return note
        }
    }

    /// Takes a list; those that are to be removed.
    func saw(_ replicas: [SeenReplica], hasMore: Bool) -> [SeenReplica] {
        let moment = now()
        return state.withLock { state in
            state.roll.update(replicas, at: moment)
            state.standing.hasMore = hasMore
            return state.roll.abandoned(at: moment)
        }
    }

    /// What the ConfigMap says, or why that is not known.
    func saw(_ change: PolicyChange?, problem: String?) {
        state.withLock { state in
            if problem == nil { state.standing.policyChange = change }
            state.standing.policyChangeProblem = problem
        }
    }

    /// Tells of a round that came to nothing, once for each cause until one comes to something.
    func failed(_ reason: String, _ cause: FailureCause) {
        let reason = VisibleText.line(reason)
        let isNews = state.withLock { state in
            state.standing.problem = reason
            return state.told.isNews(cause)
        }
        if isNews {
            logger.warning("replicas cannot tell each other their policies", metadata: ["reason": "\(reason)"])
        }
    }

    func succeeded() {
        let isNews = state.withLock { state in
            state.standing.problem = nil
            return state.told.recover()
        }
        if isNews { logger.notice("replicas tell each other their policies again") }
    }
}
