import FakeAPIServer
import Foundation
import TestPatience
import TestPrograms
import Testing

/// `serve` beside an API server, as a process of its own.
@Suite(.limit(minutes: 5)) struct `Beside an API server` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func start(_ server: FakeAPIServer, _ arguments: String...) async throws -> Webhook {
        let kubeconfig = try folder.write(server.kubeconfig, to: "kubeconfig")
        return try await Webhook.start(["--kubeconfig", kubeconfig] + arguments)
    }

    /// What `/readyz?verbose` says once it says `text`.
    private func readiness(_ webhook: Webhook, with text: String) async throws -> String {
        while true {
            let report = try await webhook.get("/readyz?verbose").body
            if report.contains(text) { return report }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func `it is alive before it is ready, and ready when every kind is listed`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: .init(.list, .agents), .hold))
            let webhook = try await start(server)
            let waiting = try await readiness(webhook, with: "[+]state-memories ok")
            #expect(waiting.contains("[-]state-agents failed: not listed yet"), "\(waiting)")
            #expect(waiting.contains("readyz check failed"))
            #expect(try await webhook.get("/livez").body == "ok")
            try await server.releaseHeldRequests()
            let ready = try await readiness(webhook, with: "readyz check passed")
            for resource in ["agentruns", "implementationspecs", "agents", "agentproviders", "secretbindings"] {
                #expect(ready.contains("[+]state-\(resource) ok"), "\(ready)")
            }
            #expect(!ready.contains("secrets"), "nobody asked for them")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `a list that is forbidden keeps it from being ready and says what to grant`() async throws {
        try await FakeAPIServer.run { server in
            let forbidden = Fault.forbidden(user: "system:anonymous", verb: "list", .memories)
            try await server.script(FaultRule(matching: .init(.list, .memories), times: nil, forbidden))
            let webhook = try await start(server)
            let report = try await readiness(webhook, with: "[-]state-memories failed: cannot")
            #expect(report.contains("grant the verbs list and watch on it to this identity"), "\(report)")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `Jobs that may not be listed are named, and it is ready without them`() async throws {
        try await FakeAPIServer.run { server in
            let forbidden = Fault.forbidden(user: "system:anonymous", verb: "list", .jobs)
            try await server.script(FaultRule(matching: .init(.list, .jobs), times: nil, forbidden))
            let webhook = try await start(server)
            let report = try await readiness(webhook, with: "readyz check passed")
            #expect(report.contains("[+]state-jobs ok"), "\(report)")
            #expect(report.contains("grant the verbs list and watch on it to this identity"), "\(report)")
            let log = try webhook.log
            #expect(log.contains("a part of the cluster state is not renewed that the policy does without"), "\(log)")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `a definition that is missing is named, and a kind left out is not missed`() async throws {
        try await FakeAPIServer.run { server in
            try await server.remove(resource: .memories)
            let webhook = try await start(server)
            let report = try await readiness(webhook, with: "[-]state-memories failed: cannot")
            #expect(report.contains("install its CustomResourceDefinition"), "\(report)")
            #expect(try await webhook.stop() == 0)
            let other = try await start(server, "--watch", "agentruns", "--watch", "agents")
            let ready = try await readiness(other, with: "readyz check passed")
            #expect(ready.contains("state-agents ok") && !ready.contains("memories"))
            #expect(try await other.stop() == 0)
        }
    }

    @Test func `an authority that is not the server's is named, and the server stays alive`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        configuration.certificate?.authorityPEM = try FakeAPIServer.Certificate.generate().authorityPEM
        try await FakeAPIServer.run(configuration) { server in
            let webhook = try await start(server)
            let report = try await readiness(webhook, with: "[-]state-agentruns failed: cannot")
            #expect(report.contains("certificate"), "\(report)")
            #expect(try await webhook.get("/livez").body == "ok")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `a token that is refused is named, never shown`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        configuration.bearerToken = "expected-token"
        try await FakeAPIServer.run(configuration) { server in
            let text = server.kubeconfig.replacing("expected-token", with: "expired-token")
            let kubeconfig = try folder.write(text, to: "kubeconfig")
            let webhook = try await Webhook.start("--kubeconfig", kubeconfig)
            let report = try await readiness(webhook, with: "[-]state-agentruns failed: cannot")
            #expect(report.contains("renew the token or client certificate"), "\(report)")
            #expect(!report.contains("expired-token"))
            #expect(try !webhook.log.contains("expired-token"))
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test(arguments: [
        ("current-context: lost", "contexts: no context \"lost\"; use one of: \"fake\""),
        ("current-context: \"\"", "current-context: Required value"),
    ])
    func `a kubeconfig that leads nowhere stops the start`(line: String, words: String) async throws {
        try await FakeAPIServer.run { server in
            let text = server.kubeconfig.replacing("current-context: fake", with: line)
            let kubeconfig = try folder.write(text, to: "kubeconfig")
            let program = try await Program.run(
                Program.underTest,
                ["serve", "--port", "0", "--kubeconfig", kubeconfig]
            )
            #expect(program.status == 2)
            #expect(program.errors.contains(words), "\(program.errors)")
        }
    }

    @Test(arguments: [
        (["--context", "x"], "--kubeconfig"), (["--watch", "pods"], "--watch must be one of agentruns"),
        (["--watch", "agents"], "add --watch agentruns"), (["--watch-namespace", "A"], "--watch-namespace"),
        (["--kubeconfig", "k", "--state", "s"], "two sources"),
        (["--kubeconfig", "k", "--no-cluster"], "--no-cluster"),
        (["--state-ready-age", "1"], "--state-ready-age"), (["--kubeconfig", "/nowhere"], "/nowhere"),
    ])
    func `bad usage says what is wrong`(arguments: [String], words: String) async throws {
        let program = try await Program.run(Program.underTest, ["serve", "--port", "0"] + arguments)
        #expect(program.status == 2)
        #expect(program.errors.contains(words), "\(program.errors)")
    }

    @Test func `insecure access is warned about loudly`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        try await FakeAPIServer.run(configuration) { server in
            let lines = server.kubeconfig.split(separator: "\n", omittingEmptySubsequences: false)
            let text = lines.map { line in
                line.contains("certificate-authority-data") ? "    insecure-skip-tls-verify: true" : line
            }.joined(separator: "\n")
            let kubeconfig = try folder.write(text, to: "kubeconfig")
            let webhook = try await Webhook.start("--kubeconfig", kubeconfig)
            _ = try await readiness(webhook, with: "readyz check passed")
            #expect(try webhook.log.contains("ANYONE between here and 127.0.0.1 can read the token"))
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `it makes its certificate, keeps it in a Secret and has it trusted before it is ready`() async throws {
        try await FakeAPIServer.run { server in
            let webhook = try await start(
                server,
                "--self-managed-certs",
                "--service",
                "judge",
                "--certs-settle",
                "1s"
            )
            let waiting = try await readiness(webhook, with: "apply it")
            #expect(waiting.contains("[-]certificate-trust failed: ValidatingWebhookConfiguration"), "\(waiting)")
            try await server.create(
                json: """
                    {"metadata":{"name":"agentrun-admission"},"webhooks":[
                    {"name":"a.b.c","clientConfig":{"service":{"namespace":"agents","name":"judge"}}}]}
                    """,
                in: .validatingWebhookConfigurations
            )
            _ = try await readiness(webhook, with: "readyz check passed")
            let secret = try await server.object("agentrun-admission-certs", in: .secrets, namespace: "agents")
            let data = try #require(secret?.json["data"] as? [String: String])
            let authority = try #require(data["ca.crt"].flatMap { Data(base64Encoded: $0) })
            let file = try folder.write(Array(authority), to: "ca.crt")
            let shown = try await Program.named(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:\(webhook.port)",
                "-CAfile",
                file,
                "-verify_hostname",
                "judge.agents.svc",
                "-verify_return_error"
            )
            #expect(shown.output.contains("Verify return code: 0 (ok)"), "\(shown.errors)")
            #expect(try !webhook.log.contains("PRIVATE KEY"))
            #expect(try await webhook.stop() == 0)
        }
    }
}
