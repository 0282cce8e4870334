internal import AgentRuns
internal import ClusterState
internal import Logging
internal import NIOEmbedded
internal import Policy

@testable internal import AdmissionServer

extension AdmissionService {
    /// The service of the webhook, with nothing known of a cluster.
    static func forFuzzing() -> AdmissionService {
        let policy = AdmissionPolicy.builtIn
        let store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            clock: { 0 }
        )
        store.replace(with: LoadedManifests(projection: store.projection))
        let handler = ReviewHandler(
            engine: Current(PolicyEngine(policy: policy)),
            state: store,
            now: { Judging.now },
            metrics: AdmissionMetrics(),
            log: ReviewLog(logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        )
        // All are judged in the turn they come in: nothing else would run the loops of the lanes.
        var limits = ReviewLanes.Limits()
        limits.inlineBytes = .max
        return AdmissionService(
            reviews: handler,
            lanes: ReviewLanes(handler, on: EmbeddedEventLoop(), limits: limits),
            readinessChecks: [],
            version: ProductVersion()
        )
    }
}
