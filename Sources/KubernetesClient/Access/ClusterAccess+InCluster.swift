extension ClusterAccess {
    /// The folder every pod with a mounted service-account token has.
    package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Whether the process runs in a pod.
    package static func isInCluster(environment: [String: String]) -> Bool {
        environment["KUBERNETES_SERVICE_HOST"].map { !$0.isEmpty } ?? false
    }

    /// The access of the pod's service account.
    ///
    /// The authority file is read here, the token file when a request needs it.
    package static func inCluster(
        environment: [String: String],
        readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        let host = environment["KUBERNETES_SERVICE_HOST"] ?? ""
        let port = environment["KUBERNETES_SERVICE_PORT"] ?? ""
        guard
            let server = ServerAddress("https://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)")
        else {
            throw AccessError(
                place: "environment",
                reason: "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are no address; unset them, or pass "
                    + "--kubeconfig"
            )
        }
        let authorities = try file("ca.crt", readFile)
        _ = try file("token", readFile)
        let namespace = String(decoding: try file("namespace", readFile), as: UTF8.self)
        return ClusterAccess(
            server: server,
            verification: .authorities(authorities),
            serverName: nil,
            token: .file("\(serviceAccountFolder)/token"),
            identity: nil,
            namespace: namespace.isEmpty ? "default" : namespace
        )
    }

    private static func file(_ name: String, _ readFile: FileReading) throws(AccessError) -> [UInt8] {
        let path = "\(serviceAccountFolder)/\(name)"
        do {
            return try readFile(path)
        } catch {
            throw AccessError(
                place: path,
                reason: "\(error); set automountServiceAccountToken: true for the pod or its service account"
            )
        }
    }
}
