internal import ArgumentParser
internal import Serving

/// Where the status page is, if there is one.
struct StatusOptions: ParsableArguments {
    @Option(
        name: .customLong("status-port"),
        help: ArgumentHelp(
            "Port of a page that shows what the server is and knows, and GET /status.json, by plain HTTP; 0 lets the system choose, and the log tells. Without it there is none.",
            valueName: "port"
        )
    )
    var port: Int?

    @Option(
        name: .customLong("status-host"),
        help: ArgumentHelp(
            "Address of the status page. It has no password: whoever reaches it reads names of runs, branches and denials.",
            valueName: "address"
        )
    )
    var host = ListenAddress.loopback

    @Option(
        name: .customLong("policy-configmap"),
        help: ArgumentHelp(
            """
            ConfigMap that the policy is mounted from, in the pod's namespace or the context's: the status page tells which \
            program changed it last. The service account must be granted get on it.
            """,
            valueName: "name"
        )
    )
    var policyMap: String?

    func validate() throws {
        guard policyMap == nil || port != nil else {
            throw ValidationError("--policy-configmap is for the status page: give --status-port, too")
        }
        // What the API server lets a ConfigMap be called; what it does not is asked for in vain.
        if let policyMap, policyMap.utf8.isEmpty || policyMap.utf8.count > 253 {
            throw ValidationError("--policy-configmap must be a ConfigMap's name")
        }
        guard (0...65_535).contains(port ?? 0) else { throw ValidationError("--status-port must be 0 to 65535") }
    }

    /// Nil for none.
    var settings: ServerSettings.Status? {
        guard let port else { return nil }
        var settings = ServerSettings.Status(host: host.text, port: port)
        settings.policyMap = policyMap
        return settings
    }
}
