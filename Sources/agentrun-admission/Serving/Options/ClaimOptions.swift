internal import AdmissionServer
internal import ArgumentParser
internal import ClusterState
private import Glibc
internal import KubernetesClient
internal import Logging
internal import Policy
private import Prometheus

/// How replicas agree on who has a branch.
///
/// Only where the cluster state is watched: without an API server there is nothing to agree through.
struct ClaimOptions: ParsableArguments {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case lease
        case none
    }

    @Option(
        help: ArgumentHelp(
            "Where the cluster is watched, claim branches by Leases, so that replicas agree, or not at all."
        )
    )
    var claims = Kind.lease

    @Option(
        name: .customLong("claim-gap"),
        help: ArgumentHelp(
            "Time from a claim to the storage of its run at the most; a claim older than that is void unless its run is there.",
            valueName: "seconds"
        )
    )
    var gapSeconds = Int(ClaimTiming.defaultGapMilliseconds / 1000)

    @Option(
        name: .customLong("claims-namespace"),
        help: ArgumentHelp(
            "Namespace of the Leases, in place of the pod's own or the context's; the same for all replicas.",
            valueName: "namespace"
        )
    )
    var namespace: String?

    func validate() throws {
        guard (1...3600).contains(gapSeconds) else { throw ValidationError("--claim-gap must be 1 to 3600 seconds") }
        if let namespace, !NamespaceOptions.isLabel(namespace) {
            throw ValidationError("--claims-namespace must be a namespace's name")
        }
    }

    /// From a claim, or a reservation in memory, to the storage of its run at the most.
    var gapMilliseconds: Int64 { Int64(gapSeconds) * 1000 }

    private var timing: ClaimTiming { ClaimTiming(gapMilliseconds: gapMilliseconds) }

    /// What claims branches; nil when nothing is claimed.
    func keeper(
        client: APIClient,
        runs: ClusterStore,
        accessNamespace: String,
        policy: AdmissionPolicy,
        clock: HeldClock,
        metrics: AdmissionMetrics,
        logger: Logger
    ) -> ClaimKeeper? {
        guard claims == .lease else { return nil }
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
            replica: Self.hostName,
            timing: timing,
            scope: Self.scope(of: policy)
        )
        logger.info("branches are claimed by Leases", metadata: ["namespace": "\(configuration.namespace)"])
        return ClaimKeeper(
            configuration,
            client: client,
            runs: runs,
            environment: .init(now: clock.moment) { metrics.claims[$0]?.increment() },
            logger: logger
        )
    }

    /// Among which runs a branch is held by one only, as far as it does not depend on who creates them.
    static func scope(of policy: AdmissionPolicy) -> BranchClaimScope? {
        switch policy.branchScopeOfMost {
        case .cluster: .cluster
        case .namespace: .namespace
        case .shared: nil
        }
    }

    /// In a pod, its name.
    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        // Fails for names that are longer, which Linux does not have (HOST_NAME_MAX is 64).
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
