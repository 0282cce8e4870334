package import ClusterState
package import KubernetesClient
package import Logging
package import NIOCore

/// Claims branches by Leases, and removes claims that are over.
///
/// It may be called from anywhere; everything happens on its client's event loop, which serves no reviews, and should be
/// another one than that of lists and watches: reading a large list takes it a while.
package final class ClaimKeeper: BranchClaimer {
    package struct Configuration: Sendable {
        /// Where the Leases are.
        package var namespace: String
        /// This replica, for people.
        package var replica: String
        package var timing: ClaimTiming
        /// Among which runs a branch is held by one only, for runs that were admitted without a claim; nil makes none.
        package var scope: BranchClaimScope?

        package init(namespace: String, replica: String, timing: ClaimTiming, scope: BranchClaimScope?) {
            self.namespace = namespace
            self.replica = replica
            self.timing = timing
            self.scope = scope
        }
    }

    /// What it needs of the machine.
    package struct Environment: Sendable {
        package var now: @Sendable () -> ClaimMoment
        /// For the random whiles the work of replicas is put off by.
        package var seed: UInt64
        /// Told of every outcome, on the client's event loop.
        package var onOutcome: @Sendable (ClaimCount) -> Void
        /// Told of what a run's author may want to know, on the client's event loop.
        package var onNews: @Sendable (ClaimNews) -> Void

        package init(
            now: @escaping @Sendable () -> ClaimMoment,
            seed: UInt64 = UInt64.random(in: 0 ... .max),
            onOutcome: @escaping @Sendable (ClaimCount) -> Void = { _ in },
            onNews: @escaping @Sendable (ClaimNews) -> Void = { _ in }
        ) {
            (self.now, self.seed, self.onOutcome, self.onNews) = (now, seed, onOutcome, onNews)
        }
    }

    /// Enough for a review that comes now and then, and the janitor has its own.
    private static let warmConnections = 2

    let eventLoop: any EventLoop
    private let client: APIClient
    private let desk: NIOLoopBoundBox<ClaimDesk<APILeaseClient>>
    /// What became of claims.
    package let figures = ClaimFigures()
    let leases: WatchedResource

    /// Makes a keeper that does nothing before it is asked or told something.
    ///
    /// - Parameters:
    ///   - configuration: where and for how long.
    ///   - client: asks the API server, for this keeper alone.
    ///   - runs: what is known of runs.
    ///   - environment: clocks, and who counts.
    ///   - logger: gets a line when claims fail and when they work again.
    package init(
        _ configuration: Configuration,
        client: APIClient,
        runs: ClusterStore,
        environment: Environment,
        logger: Logger
    ) {
        self.client = client
        eventLoop = client.eventLoop
        leases = WatchedResource(
            group: LeaseObject.group,
            version: "v1",
            resource: "leases",
            namespace: configuration.namespace,
            labelSelector: LeaseObject.labelSelector
        )
        let api = APILeaseClient(
            client: client,
            namespace: configuration.namespace,
            timing: configuration.timing,
            runs: runs
        )
        desk = .makeBoxSendingValue(
            ClaimDesk(
                configuration,
                caller: api,
                runs: runs,
                environment: environment,
                figures: figures,
                logger: logger
            ),
            eventLoop: client.eventLoop
        )
    }

    package func claim(
        _ request: RunAcquisition.Request,
        deadline: NIODeadline
    ) -> EventLoopFuture<RunAcquisition.Result> {
        let promise = eventLoop.makePromise(of: RunAcquisition.Result.self)
        eventLoop.execute { [desk] in desk.value.claim(request, deadline: deadline, promise) }
        return promise.futureResult
    }

    package func release(_ result: RunAcquisition.Result) {
        guard !result.taken.isEmpty else { return }
        eventLoop.execute { [desk] in desk.value.release(result) }
    }

    /// Some of the claims this replica knows of, its own and those of others, so many at the most.
    package func someClaims(atMost count: Int) -> EventLoopFuture<[KnownClaim]> {
        eventLoop.submit { [desk] in desk.value.someClaims(atMost: count) }
    }

    /// The scope by a new policy.
    package func use(_ scope: BranchClaimScope?) {
        eventLoop.execute { [desk] in desk.value.use(scope) }
    }

    /// Begins to keep connections ready for reviews.
    func start() {
        client.keepWarm(Self.warmConnections)
    }

    // MARK: What is seen

    // The desk hears of it a moment later, in the order it was told.

    func saw(_ changes: [RunNews]) {
        eventLoop.execute { [desk] in desk.value.saw(changes) }
    }

    /// Runs were listed anew, and are in the store.
    func sawListOfRuns() {
        eventLoop.execute { [desk] in desk.value.sawListOfRuns() }
    }

    /// The Leases there are, and no others.
    func sawList(_ claims: [HeldClaim]) {
        eventLoop.execute { [desk] in desk.value.sawList(claims) }
    }

    func saw(_ news: [LeaseNews]) {
        eventLoop.execute { [desk] in desk.value.saw(news) }
    }

    /// Leases cannot be listed or watched, and why.
    func leasesAreUnseen(_ why: String, _ cause: FailureCause) {
        eventLoop.execute { [desk] in desk.value.leasesAreUnseen(why, cause) }
    }

    /// Ends all that is under way but reviews.
    package func stop() {
        eventLoop.execute { [desk] in desk.value.stop() }
        client.close()
    }
}
