import TestPatience
import TestPrograms
import Testing

@testable import TLS

/// What an operator can get wrong: exit code 2 and what to do about it.
@Suite(.limit(minutes: 1)) struct `Starting` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func serve(_ arguments: String...) async throws -> Program {
        try await Program.run(
            Program.underTest,
            ["serve", "--host", "127.0.0.1", "--port", "0", "--metrics-port", "none"] + arguments
        )
    }

    /// Writes a pair that is valid from then on for a year.
    private func writePair(_ name: String, from: UnixTime = .now()) throws {
        let authority = try CertificateAuthority.make(commonName: "test", now: from)
        let issued = try authority.issueServerCertificate(names: [.dns("localhost")], now: from)
        try folder.write(issued.certificatePEM, to: "\(name).crt")
        try folder.write(issued.privateKeyPEM, to: "\(name).key")
    }

    @Test(arguments: [
        (["--tls-crt", "x"], "--tls-crt"), (["--port", "70000"], "--port must be"), (["--threads", "0"], "--threads"),
        (["--tls-cert", "a.crt"], "--tls-key"), (["--generation", "2025-01"], "2026-02"),
        (["--log-level", "loud"], "warning"), (["--handshake-timeout", "0"], "--handshake-timeout"),
        (["--max-body-bytes", "1"], "--max-body-bytes"), (["extra"], "extra"),
        (["--host", "[::1]:8443"], "--host"), (["--host", "[localhost]"], "--host"), (["--host", ""], "--host"),
        (["--max-in-flight", "0"], "--max-in-flight"), (["--max-buffered-bytes", "0"], "--max-buffered-bytes"),
        (["--drain-delay", "25"], "--drain-timeout"), (["--drain-delay", "-1"], "--drain-delay"),
        (["--metrics-port", "some"], "--metrics-port"), (["--port", "9090"], "--metrics-port"),
        (["--self-managed-certs", "--tls-cert", "a", "--tls-key", "b"], "--self-managed-certs and --tls-cert"),
        (["--certs-lifetime", "30"], "--certs-lifetime"), (["--certs-lifetime", "400d"], "--certs-authority-lifetime"),
        (["--certs-lifetime", "9s"], "at least 10s"), (["--certs-settle", "100d"], "--certs-settle"),
        (["--certs-lifetime", "99999999999d"], "--certs-lifetime"), (["--service", "A.b"], "--service"),
        (["--certs-secret", "-"], "--certs-secret"), (["--self-managed-certs", "--no-cluster"], "pass --kubeconfig"),
        (["--events", "on", "--no-cluster"], "give --kubeconfig"), (["--events", "sometimes"], "--events"),
        (["--log-format", "xml"], "json"), (["--slow-review", "10"], "--slow-review"),
        (["--claim-gap", "0"], "--claim-gap must be"), (["--claims", "configmap"], "lease"),
        (["--claims-namespace", "A b"], "--claims-namespace"),
        (["--otlp-endpoint", "collector:4318"], "--otlp-endpoint must be"),
        (["--otlp-ca", "ca.pem"], "--otlp-endpoint"),
        (["--otlp-endpoint", "http://u:p@collector"], "--otlp-endpoint must be"),
        (["--otlp-endpoint", "http://collector", "--otlp-ca", "ca.pem"], "https://"),
        (["--otlp-endpoint", "https://collector", "--otlp-ca", "/nowhere/ca.pem"], "/nowhere/ca.pem"),
        (["--policy-configmap", "p"], "--status-port"),
        (["--policy-configmap", "p", "--status-port", "0", "--claims", "none"], "--claims lease"),
        (["--policy-configmap", "p", "--status-port", "0"], "pass --kubeconfig"),
    ])
    func `with bad usage says what is wrong`(arguments: [String], text: String) async throws {
        let program = try await Program.run(Program.underTest, ["serve"] + arguments)
        #expect(program.status == 2)
        #expect(program.errors.contains(text), "\(program.errors)")
        #expect(program.output.isEmpty)
    }

    @Test func `an unknown command or flag is bad usage everywhere`() async throws {
        for arguments in [["serv"], ["--nothing"], ["check"], ["certs", "make"], ["policy", "show", "--x"]] {
            #expect(try await Program.run(Program.underTest, arguments).status == 2, "\(arguments)")
        }
    }

    @Test func `with a misspelt policy key names the nearest, line and column`() async throws {
        let policy = try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec:
              rules:
                repository-allowlist:
                  alow: ["proompteng/lab"]

            """,
            to: "policy.yaml"
        )
        let program = try await serve("--policy", policy)
        #expect(program.status == 2)
        #expect(program.errors.contains("policy.yaml: line 6, column 7"), "\(program.errors)")
        #expect(program.errors.contains("\"alow\""))
        #expect(program.errors.contains("\"allow\""))
    }

    @Test func `without the policy file names it`() async throws {
        let program = try await serve("--policy", folder.path("none.yaml"))
        #expect(program.status == 2)
        #expect(program.errors.contains("none.yaml: No such file or directory"))
    }

    @Test func `with state that is not there names it`() async throws {
        let program = try await serve("--state", folder.path("none"))
        #expect(program.status == 2)
        #expect(program.errors.contains("\(folder.path("none")): No such file or directory"), "\(program.errors)")
    }

    @Test func `with state below a file names it`() async throws {
        try folder.write("x", to: "file")
        let program = try await serve("--state", folder.path("file/below"))
        #expect(program.status == 2)
        #expect(program.errors.contains("file/below: Not a directory"))
    }

    @Test func `on a port in use names it`() async throws {
        let webhook = try await Webhook.start()
        let arguments = ["serve", "--host", "127.0.0.1", "--port", "\(webhook.port)", "--metrics-port", "none"]
        let program = try await Program.run(Program.underTest, arguments)
        #expect(program.status == 2)
        #expect(program.errors.contains("cannot listen on 127.0.0.1 port \(webhook.port): the port is in use"))
    }

    @Test func `with a key of another certificate names both files`() async throws {
        try writePair("one")
        try writePair("two")
        let program = try await serve("--tls-cert", folder.path("one.crt"), "--tls-key", folder.path("two.key"))
        #expect(program.status == 2)
        #expect(program.errors.contains("\(folder.path("two.key")) does not belong to"))
        #expect(program.errors.contains(folder.path("one.crt")))
    }

    @Test func `with an expired certificate says since when`() async throws {
        try writePair("old", from: .now().adding(days: -400))
        let program = try await serve("--tls-cert", folder.path("old.crt"), "--tls-key", folder.path("old.key"))
        #expect(program.status == 2)
        #expect(program.errors.contains("old.crt expired at 20"))
        #expect(program.errors.contains("renew the certificate"))
    }

    @Test func `with a file that is no certificate says so`() async throws {
        try writePair("one")
        let program = try await serve("--tls-cert", folder.path("one.key"), "--tls-key", folder.path("one.key"))
        #expect(program.status == 2)
        #expect(program.errors.contains("no PEM block of a certificate in \(folder.path("one.key"))"))
    }
}
