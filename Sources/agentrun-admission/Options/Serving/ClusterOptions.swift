internal import ArgumentParser
internal import ClusterState
internal import JSONPull
internal import Serving

/// Which API server the cluster state is watched on, and what of it.
struct ClusterOptions: ParsableArguments {
    /// Beyond this, in seconds, a server is not ready: ten times what a policy by default takes for stale, so that a
    /// restart of the API server does not take every replica out of service.
    private static let defaultReadyAgeSeconds = 300

    @Option(
        help: ArgumentHelp(
            """
            Kubeconfig of the API server whose objects are the cluster state, or several with colons in between, as in \
            KUBECONFIG; in a pod its service account does without.
            """,
            valueName: "file"
        )
    )
    var kubeconfig: String?

    @Option(help: ArgumentHelp("Context of the kubeconfig in place of its current one.", valueName: "name"))
    var context: String?

    @Flag(name: .customLong("no-cluster"), help: "Ask no API server, also in a pod.")
    var isOff = false

    @Option(
        name: .customLong("watch-namespace"),
        help: ArgumentHelp(
            "Namespace that is watched, in place of all; may be given several times.",
            valueName: "namespace"
        )
    )
    var namespaces: [String] = []

    @Option(
        name: .customLong("watch"),
        help: ArgumentHelp(
            """
            Resource that is watched, such as agentruns; may be given several times. Without it all that rules ask for, but \
            not secrets, of which only the names would be asked for.
            """,
            valueName: "resource"
        )
    )
    var resources: [String] = []

    @Option(
        name: .customLong("state-ready-age"),
        help: ArgumentHelp("Age of the cluster state beyond which /readyz fails.", valueName: "seconds")
    )
    var readyAgeSeconds = defaultReadyAgeSeconds

    func validate() throws {
        guard context == nil || kubeconfig != nil else {
            throw ValidationError("--context names a context of --kubeconfig: give that, too")
        }
        guard !isOff || kubeconfig == nil else {
            throw ValidationError("--no-cluster and --kubeconfig exclude each other: give one of them")
        }
        for resource in resources where ClusterKind(resource: resource) == nil {
            let known = ClusterKind.allCases.map(\.resource).joined(separator: ", ")
            throw ValidationError("--watch must be one of \(known)")
        }
        guard resources.isEmpty || kinds.contains(.agentRun) else {
            throw ValidationError("--watch without agentruns knows no branch: add --watch agentruns")
        }
        for namespace in namespaces where !NamespaceOptions.isLabel(namespace) {
            throw ValidationError("--watch-namespace must be a namespace's name")
        }
        // As many watches a kind as a replica should ask an API server for.
        guard namespaces.count <= 32 else {
            throw ValidationError("--watch-namespace can be given 32 times; without it all namespaces are watched")
        }
        guard (10...86_400).contains(readyAgeSeconds) else {
            throw ValidationError("--state-ready-age must be 10 to 86400 seconds")
        }
    }

    /// The kinds that are watched.
    private var kinds: [ClusterKind] {
        guard !resources.isEmpty else { return ClusterKind.allCases.filter { $0 != .secret } }
        return ClusterKind.allCases.filter { resources.contains($0.resource) }
    }

    /// The lists and watches.
    private var sources: [ClusterSource] {
        kinds.flatMap { kind in
            guard !namespaces.isEmpty else { return [ClusterSource(kind: kind, namespace: nil)] }
            var seen: [String] = []
            for namespace in namespaces where !seen.contains(namespace) { seen.append(namespace) }
            return seen.map { ClusterSource(kind: kind, namespace: ExactString($0)) }
        }
    }

    /// The way to the API server; nil when there is none to ask.
    var connection: ClusterConnection? {
        if isOff { return nil }
        return kubeconfig.map { ClusterConnection(kubeconfig: $0, context: context) } ?? .inCluster
    }

    func settings(_ connection: ClusterConnection) -> ServerSettings.Cluster {
        ServerSettings.Cluster(connection: connection, sources: sources, readyAgeSeconds: readyAgeSeconds)
    }
}
