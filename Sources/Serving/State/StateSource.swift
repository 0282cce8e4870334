internal import AdmissionServer
internal import ClusterState
internal import Logging
internal import NIOCore
internal import Offline
internal import Policy
internal import ServiceLifecycle

/// Where the cluster state of a server comes from: ``OwnState``, ``ManifestsState`` or ``WatchedState``.
protocol StateSource: Service {
    var store: ClusterStore { get }
    /// Claims branches where all replicas see it; nil where this process is on its own.
    var claimer: (any BranchClaimer)? { get }
    /// What reviews leave marks with; nil where they leave none.
    var marks: ReviewMarks? { get }
    /// What audits; nil where nothing does.
    var audit: AuditService? { get }
    /// Tells people by Events; nil where nobody is told.
    var events: EventRecorder? { get }
    /// What writes reports of the audit; nil where nothing does.
    var policyReports: PolicyReportService? { get }
    /// Some of the claims that are known; nil where branches are not claimed.
    func someClaims(atMost count: Int) -> EventLoopFuture<[KnownClaim]>?
    /// How many there are.
    var claimCount: Int? { get }
    /// What the replicas tell each other; nil where nothing is told.
    var replicas: ReplicaStanding? { get }
    /// Shows what only this source knows.
    func observe(_ metrics: AdmissionMetrics)
    /// What `/readyz` tells of it.
    var readinessChecks: [HealthCheck] { get }
    /// Returns once the server may listen, or is to stop.
    func waitUntilServable() async throws(CommandFailure)
}

extension StateSource {
    var claimer: (any BranchClaimer)? { nil }

    var marks: ReviewMarks? { nil }

    var audit: AuditService? { nil }
    var events: EventRecorder? { nil }
    var policyReports: PolicyReportService? { nil }

    func someClaims(atMost count: Int) -> EventLoopFuture<[KnownClaim]>? { nil }

    var claimCount: Int? { nil }

    var replicas: ReplicaStanding? { nil }

    func observe(_ metrics: AdmissionMetrics) {}
}

/// Nothing but what this process admits, which is there at once and never old.
struct OwnState: StateSource {
    let store: ClusterStore

    init(policies: PolicySource, logger: Logger) {
        let store = ClusterStore.withoutAge(
            policy: policies.engine.value.policy,
            onReservationNews: { logger.log($0) }
        )
        self.store = store
        policies.followers.add { store.project(by: $0) }
        store.replace(with: LoadedManifests(projection: store.projection))
    }

    var readinessChecks: [HealthCheck] { [] }

    func waitUntilServable() async {}

    func run() async throws {
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }
}

extension ServerSettings {
    /// What makes the cluster state as it is wanted.
    func stateSource(
        _ policies: PolicySource,
        _ metrics: AdmissionMetrics,
        _ eventLoops: any EventLoopGroup,
        auditing: any EventLoopGroup,
        logger: Logger
    ) throws(CommandFailure) -> any StateSource {
        if writesEvents {
            guard case .watched = state else {
                throw CommandFailure(
                    "--events on needs an API server to write to, and none is known: give --kubeconfig, or serve in a pod with a "
                        + "service account, without --state and --no-cluster"
                )
            }
        }
        switch state {
        case .own: return OwnState(policies: policies, logger: logger)
        case .manifests(let paths): return ManifestsState(paths: paths, policies: policies, logger: logger)
        case .watched(let cluster):
            return try WatchedState(
                cluster,
                claims: claims,
                policyMap: status?.policyMap,
                leavesMarks: leavesMarks,
                auditIntervalSeconds: auditIntervalSeconds,
                writesEvents: writesEvents,
                policyReports: policyReports,
                policies: policies,
                eventLoops: eventLoops,
                auditing: auditing,
                maximumInFlight: limits.maximumInFlight,
                metrics: metrics,
                logger: logger
            )
        }
    }
}

extension Logger {
    /// Says what becomes of what is remembered of admissions.
    func log(_ news: ReservationNews) {
        switch news {
        case .dropping(let maximum):
            warning(
                "no room for more reservations: each new one takes the place of the oldest, whose branch is free again here",
                metadata: ["maximum": "\(maximum)"]
            )
        case .keeping(let dropped):
            notice("there is room for reservations again", metadata: ["dropped": "\(dropped)"])
        }
    }
}
