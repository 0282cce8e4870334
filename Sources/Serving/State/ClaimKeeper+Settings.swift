internal import AdmissionServer
internal import ClusterState
internal import KubernetesClient
internal import Logging
internal import Policy
private import Prometheus

extension ServerSettings.Claims {
    /// What claims branches; nil when nothing is claimed.
    func keeper(
        client: APIClient,
        runs: ClusterStore,
        accessNamespace: String,
        policy: AdmissionPolicy,
        clock: HeldClock,
        metrics: AdmissionMetrics,
        events: EventRecorder?,
        logger: Logger
    ) -> ClaimKeeper? {
        guard isOn else { return nil }
        let timing = ClaimTiming(gapMilliseconds: gapMilliseconds)
        if timing.gapMilliseconds < ClaimTiming.safeGapMilliseconds {
            logger.warning(
                "two runs can get one branch: a run may be stored later than --claim-gap after its claim",
                metadata: [
                    "seconds": "\(gapSeconds)", "safe": "\(ClaimTiming.safeGapMilliseconds / 1000)",
                ]
            )
        }
        let configuration = ClaimKeeper.Configuration(
            namespace: namespace ?? accessNamespace,
            replica: ServerSettings.hostName,
            timing: timing,
            scope: .ofMost(policy)
        )
        logger.info("branches are claimed by Leases", metadata: ["namespace": "\(configuration.namespace)"])
        return ClaimKeeper(
            configuration,
            client: client,
            runs: runs,
            environment: .init(
                now: clock.moment,
                onOutcome: { metrics.claims[$0]?.increment() },
                onNews: { events?.note($0) }
            ),
            logger: logger
        )
    }

    /// What tells the other replicas of this one's policy; nil where there is nothing that they agree on by Leases.
    func replicaKeeper(
        client: APIClient,
        accessNamespace: String,
        policyMap: String?,
        policies: PolicySource,
        clock: HeldClock,
        logger: Logger
    ) -> ReplicaKeeper? {
        guard isOn else { return nil }
        return ReplicaKeeper(
            .init(
                namespace: namespace ?? accessNamespace,
                host: ServerSettings.hostName,
                policyMap: policyMap.map { .init(namespace: accessNamespace, name: $0) }
            ),
            policy: policies.engine.value.policy,
            loadedAt: policies.origin.value.loadedAt,
            client: client,
            now: clock.moment,
            logger: logger
        )
    }
}

extension BranchClaimScope {
    /// Among which runs a branch is held by one only, as far as it does not depend on who creates them; nil where it is shared.
    static func ofMost(_ policy: AdmissionPolicy) -> BranchClaimScope? {
        switch policy.branchScopeOfMost {
        case .cluster: .cluster
        case .namespace: .namespace
        case .shared: nil
        }
    }
}
