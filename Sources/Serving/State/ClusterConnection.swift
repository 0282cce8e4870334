private import AgentRuns
private import Glibc
internal import KubernetesClient
internal import NIOCore
internal import Offline

/// The way to the API server that a server was told of or finds itself on.
package struct ClusterConnection: Sendable {
    /// A kubeconfig with certificates in it is some 10 KB.
    private static let maximumFileBytes = 4 << 20

    /// Reads the access, now and whenever the API server refused it.
    let source: @Sendable () throws(AccessError) -> ClusterAccess

    /// By a kubeconfig, or several with colons in between.
    package init(kubeconfig file: String, context: String? = nil) {
        source = { () throws(AccessError) in
            try ClusterAccess.kubeconfig(file, context: context, readFile: Self.read)
        }
    }

    /// That of a pod's service account; nil when this is no pod.
    package static var inCluster: ClusterConnection? {
        let environment = environment
        guard ClusterAccess.isInCluster(environment: environment) else { return nil }
        return ClusterConnection { () throws(AccessError) in
            try ClusterAccess.inCluster(environment: environment, readFile: Self.read)
        }
    }

    private init(source: @escaping @Sendable () throws(AccessError) -> ClusterAccess) {
        self.source = source
    }

    /// A client that has sent nothing yet.
    func client(
        on eventLoop: any EventLoop,
        urgentConnections: Int = APIClient.maximumUrgentConnections,
        clock: ServerClock? = nil
    ) throws(AccessError) -> APIClient {
        try APIClient(
            on: eventLoop,
            files: Self.files,
            urgentConnections: urgentConnections,
            clock: clock,
            source: source
        )
    }

    static let files = CredentialFiles(
        read: { try read($0) },
        monotonicMilliseconds: Clocks.monotonicMilliseconds,
        wallSeconds: { Clocks.wall().seconds }
    )

    @Sendable
    private static func read(_ path: String) throws -> [UInt8] {
        try InputFile.contents(of: path, maximumBytes: maximumFileBytes)
    }

    /// Whether the process runs in a pod.
    package static var isInPod: Bool { ClusterAccess.isInCluster(environment: environment) }

    /// What a pod finds in its environment.
    private static var environment: [String: String] {
        var values: [String: String] = [:]
        for name in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"] {
            // The system's text is copied at once; nobody sets variables in this process.
            if let value = unsafe getenv(name) { values[name] = unsafe String(cString: value) }
        }
        return values
    }
}
