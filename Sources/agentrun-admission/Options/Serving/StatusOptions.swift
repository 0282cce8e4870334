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

    func validate() throws {
        guard (0...65_535).contains(port ?? 0) else { throw ValidationError("--status-port must be 0 to 65535") }
    }

    /// Nil for none.
    var settings: ServerSettings.Status? { port.map { ServerSettings.Status(host: host.text, port: $0) } }
}
