internal import AdmissionServer
internal import ClusterState
internal import JSONPull
internal import Logging
internal import Offline
internal import Policy
internal import ServiceLifecycle

/// The manifests a server was pointed to, read again when they change, and what it admits.
struct ManifestsState: StateSource {
    let store: ClusterStore

    private let paths: [String]
    private let logger: Logger
    /// The outcome of the first look, then nothing.
    private let firstLook: AsyncStream<ManifestsError?>
    private let firstLookDone: AsyncStream<ManifestsError?>.Continuation

    init(paths: [String], policies: PolicySource, logger: Logger) {
        self.paths = paths
        self.logger = logger
        let store = ClusterStore(
            policy: policies.engine.value.policy,
            clock: Clocks.monotonicMilliseconds,
            onReservationNews: { logger.log($0) }
        )
        self.store = store
        // The watcher reads the manifests again when what the policy makes of runs has changed.
        policies.followers.add { store.project(by: $0) }
        (firstLook, firstLookDone) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    var readinessChecks: [HealthCheck] { [.state(store)] }

    /// Waits until there is something to judge by.
    func waitUntilServable() async throws(CommandFailure) {
        let error = await cancelWhenGracefulShutdown {
            for await error in firstLook { return error }
            return nil
        }
        if let error { throw CommandFailure(error) }
    }

    func run() async throws {
        let watcher = ManifestsWatcher(source: ManifestsSource(), paths: paths, store: store) { event in
            report(event)
        }
        try await cancelWhenGracefulShutdown { try await watcher.run() }
    }

    private func report(_ event: ManifestsWatcher.Event) {
        switch event {
        case .loaded(let manifests):
            log(manifests)
            firstLookDone.yield(nil)
        case .failed(let error):
            let reason = VisibleText.line(error.description)
            logger.error("cannot read the cluster state", metadata: ["reason": "\(reason)"])
            firstLookDone.yield(error)
        case .recovered:
            logger.notice("the cluster state can be read again")
        }
    }

    private func log(_ manifests: ManifestsReport) {
        for problem in manifests.problems {
            logger.warning(
                "part of the cluster state cannot be read",
                metadata: ["problem": "\(VisibleText.line(problem.description))"]
            )
        }
        logger.info(
            "cluster state read",
            metadata: [
                "files": "\(manifests.files)",
                "objects": "\(manifests.objects.values.reduce(0, +))",
                "runs": "\(manifests.objects[.agentRun] ?? 0)",
                "skipped": "\(manifests.skipped)",
                "problems": "\(manifests.problemCount)",
            ]
        )
    }
}
