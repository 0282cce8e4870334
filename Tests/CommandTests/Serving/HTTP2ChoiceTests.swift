import TestPatience
import TestPrograms
import Testing

/// `--http2`: what is offered to whom.
@Suite(.limit(minutes: 1)) struct `HTTP/2` {
    /// What a pod finds in its environment.
    private static let pod = [
        "/usr/bin/env", "KUBERNETES_SERVICE_HOST=192.0.2.1", "KUBERNETES_SERVICE_PORT=443",
    ]
    private static let elsewhere = ["/usr/bin/env", "--unset=KUBERNETES_SERVICE_HOST"]

    @Test(arguments: [
        ([], elsewhere, "h2", "on: not in a pod"), ([], pod, "http/1.1", "off: in a pod"),
        (["--http2", "auto"], pod, "http/1.1", "off: in a pod"), (["--http2", "on"], pod, "h2", "on"),
        (["--http2", "off"], elsewhere, "http/1.1", "off"),
    ])
    func `is offered as told, and the log says so`(
        options: [String],
        environment: [String],
        agreed: String,
        choice: String
    ) async throws {
        let webhook = try await Webhook.start(["--no-cluster"] + options, through: environment)
        let program = try await Program.named(
            "openssl",
            "s_client",
            "-connect",
            "127.0.0.1:\(webhook.port)",
            "-alpn",
            "h2,http/1.1"
        )
        #expect(program.output.contains("ALPN protocol: \(agreed)\n"))
        #expect(try webhook.log.contains(choice))
        // A client that speaks nothing else is told so in the handshake, not by a connection it does not understand.
        let other = try await Program.named(
            "openssl",
            "s_client",
            "-connect",
            "127.0.0.1:\(webhook.port)",
            "-alpn",
            "h2"
        )
        #expect(other.errors.contains("no application protocol") == (agreed != "h2"), "\(other.errors)")
        #expect(try await webhook.post(Reviews.create(), "--http1.1").status == 200)
    }
}
