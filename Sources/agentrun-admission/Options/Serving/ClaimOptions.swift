internal import ArgumentParser
private import ClusterState
internal import Serving

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

    var settings: ServerSettings.Claims {
        var settings = ServerSettings.Claims()
        settings.isOn = claims == .lease
        settings.gapSeconds = gapSeconds
        settings.namespace = namespace
        return settings
    }
}
