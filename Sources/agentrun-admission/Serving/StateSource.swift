internal import AdmissionServer
internal import ClusterState
internal import Offline
internal import Policy
internal import ServiceLifecycle

/// Where the cluster state of a server comes from: ``OwnState``, ``ManifestsState`` or ``WatchedState``.
protocol StateSource: Service {
    var store: ClusterStore { get }
    /// Claims branches where all replicas see it; nil where this process is on its own.
    var claimer: (any BranchClaimer)? { get }
    /// Shows what only this source knows.
    func observe(_ metrics: AdmissionMetrics)
    /// What `/readyz` tells of it.
    var readinessChecks: [HealthCheck] { get }
    /// Returns once the server may listen, or is to stop.
    func waitUntilServable() async throws(CommandFailure)
}

extension StateSource {
    var claimer: (any BranchClaimer)? { nil }

    func observe(_ metrics: AdmissionMetrics) {}
}

/// Nothing but what this process admits, which is there at once and never old.
struct OwnState: StateSource {
    let store: ClusterStore

    init(policies: PolicySource) {
        let store = ClusterStore.withoutAge(policy: policies.engine.value.policy)
        self.store = store
        policies.onReload.replace { store.project(by: $0) }
        store.replace(with: LoadedManifests(projection: store.projection))
    }

    var readinessChecks: [HealthCheck] { [] }

    func waitUntilServable() async {}

    func run() async throws {
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }
}
