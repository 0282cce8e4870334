import Digest
import Foundation
import TestPatience
import TestPrograms
import Testing

@testable import TLS

/// Files that change under a running server.
@Suite(.limit(minutes: 1)) struct `Reloading` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Makes a pair in a folder of its own and lets the link `current` point there, as a mounted Secret's `..data` does.
    ///
    /// `daysFromNow` is when it is made, for one day.
    private func mount(
        _ version: String,
        names: [SubjectAlternativeName] = [.dns("localhost")],
        daysFromNow: Int = 0
    ) throws {
        let time = UnixTime.now().adding(days: daysFromNow)
        let authority = try CertificateAuthority.make(commonName: version, days: 1, now: time)
        let issued = try authority.issueServerCertificate(names: names, commonName: version, days: 1, now: time)
        try folder.write(issued.certificatePEM, to: "\(version)/tls.crt")
        try folder.write(issued.privateKeyPEM, to: "\(version)/tls.key")
        try folder.write(issued.privateKeyPEM + issued.certificatePEM, to: "\(version)/bundle.pem")
        try link(version)
    }

    private func link(_ version: String) throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path("new"), withDestinationPath: version)
        #expect(unsafe rename(folder.path("new"), folder.path("current")) == 0)
    }

    private func start(_ more: String...) async throws -> Webhook {
        try await Webhook.start(
            ["--tls-cert", folder.path("current/tls.crt"), "--tls-key", folder.path("current/tls.key")] + more
        )
    }

    /// Waits until the log has it, as long as a swap may take.
    private func wait(for text: String, in webhook: Webhook) async throws {
        let deadline = ContinuousClock.now + .seconds(10 * Patience.factor)
        while ContinuousClock.now < deadline {
            if try webhook.log.contains(text) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(text) is not in the log: \(try webhook.log)")
    }

    /// The subject of what a new connection is shown.
    private func subject(at webhook: Webhook) async throws -> String {
        let shown = try await Program.named("openssl", "s_client", "-connect", "127.0.0.1:\(webhook.port)")
        return shown.output.split(separator: "\n").first { $0.hasPrefix("subject=") }.map(String.init) ?? ""
    }

    @Test func `serves a swapped certificate to new connections and leaves open ones alone`() async throws {
        try mount("one")
        let webhook = try await start()
        let client = try await TLSClient.connect(to: webhook)
        try mount("two")
        try await wait(for: "reloaded", in: webhook)
        #expect(try await subject(at: webhook).contains("two"))
        try await client.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(try await client.receive().hasPrefix("HTTP/1.1 200 "))
    }

    /// As the kubelet writes it for a projected `podCertificate`: the key, then the chain.
    @Test func `serves a swapped certificate that is in one file with its key`() async throws {
        try mount("one")
        let bundle = folder.path("current/bundle.pem")
        let webhook = try await Webhook.start(["--tls-cert", bundle, "--tls-key", bundle])
        #expect(try await subject(at: webhook).contains("one"))
        try mount("two")
        try await wait(for: "reloaded", in: webhook)
        #expect(try await subject(at: webhook).contains("two"))
    }

    @Test func `reads certificate and policy again when it is told to by SIGHUP, and goes on`() async throws {
        try mount("one")
        let policy = try folder.write(
            "apiVersion: admission.agents.proompteng.ai/v1alpha1\nkind: AgentRunPolicy\nspec: {}\n",
            to: "policy.yaml"
        )
        let webhook = try await start("--policy", policy)
        webhook.send(SIGHUP)
        try await wait(for: "SIGHUP", in: webhook)
        try await wait(for: "what=certificate", in: webhook)
        try await wait(for: "what=policy", in: webhook)
        #expect(try await webhook.get("/livez").status == 200)
        #expect(try await webhook.stop() == 0)
    }

    @Test func `keeps the certificate when the new one is for another host, says so once and recovers`() async throws {
        try mount("one")
        let webhook = try await start()
        try mount("other", names: [.dns("elsewhere.example")])
        try await wait(for: "cannot reload", in: webhook)
        #expect(try await subject(at: webhook).contains("one"))
        let ready = try await webhook.get("/readyz?verbose")
        #expect(ready.status == 200)
        #expect(ready.body.contains("[+]certificate ok; the last good one is in use"))
        try mount("two")
        try await wait(for: "reloaded", in: webhook)
        #expect(try await webhook.get("/readyz?verbose").body.contains("[+]certificate ok\n"))
        #expect(try webhook.log.matches(of: /cannot reload/).count == 1)
    }

    @Test func `keeps the certificate when the files are half written or gone`() async throws {
        try mount("one")
        let webhook = try await start("--tls-name", "localhost")
        try mount("two")
        try FileManager.default.removeItem(atPath: folder.path("two/tls.key"))
        try await wait(for: "cannot reload", in: webhook)
        #expect(try await subject(at: webhook).contains("one"))
    }

    @Test(arguments: [(-3, "expired at"), (3, "is valid from")])
    func `keeps the certificate when the new one is not valid now`(days: Int, reason: String) async throws {
        try mount("one")
        let webhook = try await start()
        try mount("two", daysFromNow: days)
        try await wait(for: reason, in: webhook)
        #expect(try await subject(at: webhook).contains("one"))
        #expect(try await webhook.get("/readyz?verbose").status == 200)
        try mount("three")
        try await wait(for: "reloaded", in: webhook)
        #expect(try await subject(at: webhook).contains("three"))
    }

    @Test func `keeps the certificate when the new key may not be read`() async throws {
        try mount("one")
        // The superuser may read everything: then the server is nobody, as in a pod.
        let user = geteuid() == 0 ? "nobody" : nil
        let webhook = try await Webhook.start(
            ["--tls-cert", folder.path("current/tls.crt"), "--tls-key", folder.path("current/tls.key")],
            as: user
        )
        try mount("two")
        try await wait(for: "reloaded", in: webhook)
        let authority = try CertificateAuthority.make(commonName: "three")
        let issued = try authority.issueServerCertificate(names: [.dns("localhost")], commonName: "three")
        try folder.write(issued.certificatePEM, to: "three/tls.crt")
        let key = try folder.write(issued.privateKeyPEM, to: "three/tls.key")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: key)
        try link("three")
        try await wait(for: "Permission denied", in: webhook)
        #expect(try await subject(at: webhook).contains("two"))
        #expect(try webhook.log.matches(of: /cannot reload/).count == 1)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        try await wait(for: issuedFingerprint(issued), in: webhook)
        #expect(try await subject(at: webhook).contains("three"))
    }

    private func issuedFingerprint(_ issued: CertificateAuthority.Issued) throws -> String {
        try CertificatePair(certificateChainPEM: issued.certificatePEM, privateKeyPEM: issued.privateKeyPEM)
            .fingerprint
    }

    @Test func `refuses to start with a certificate that lacks the expected name`() async throws {
        try mount("one")
        let program = try await Program.agentrunAdmission(
            "serve",
            "--tls-cert",
            folder.path("current/tls.crt"),
            "--tls-key",
            folder.path("current/tls.key"),
            "--tls-name",
            "webhook.agents.svc"
        )
        #expect(program.status == 2)
        #expect(program.errors.contains("is not valid for DNS:webhook.agents.svc, only for DNS:localhost"))
    }

    @Test func `judges by a changed policy, and by the last good one when it is bad or gone`() async throws {
        func policy(_ allowed: String) -> String {
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec: { rules: { repository-allowlist: { allow: ["\(allowed)"] } } }

            """
        }
        try folder.write(policy("proompteng/*"), to: "policy.yaml")
        let webhook = try await Webhook.start("--policy", folder.path("policy.yaml"))
        func verdict(_ name: String) async throws -> Bool {
            try await webhook.post(Reviews.create(name, head: "codex/\(name)")).body.contains(#""allowed":true"#)
        }
        #expect(try await verdict("one"))
        try folder.write(policy("other/*"), to: "policy.yaml")
        try await wait(for: "reloaded", in: webhook)
        #expect(try await !verdict("two"))
        try folder.write("kind: Nothing\n", to: "policy.yaml")
        try await wait(for: "cannot reload", in: webhook)
        #expect(try await !verdict("three"))
        let digest = SHA256.hexDigest(of: policy("other/*"))
        let ready = try await webhook.get("/readyz?verbose").body
        #expect(
            ready.contains("[+]policy ok; generation 2026-02, sha256 \(digest); the last good one is in use"),
            "\(ready)"
        )
        try FileManager.default.removeItem(atPath: folder.path("policy.yaml"))
        try await wait(for: "No such file or directory", in: webhook)
        #expect(try await !verdict("four"))
    }

    @Test func `tells everywhere which policy decides`() async throws {
        func policy(_ name: String) -> String {
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            metadata: { name: \(name) }

            """
        }
        try folder.write(policy("one"), to: "policy.yaml")
        let decisions = folder.path("decisions.log")
        let webhook = try await Webhook.start(
            "--policy",
            folder.path("policy.yaml"),
            "--decision-log",
            decisions,
            "--metrics-port",
            "0"
        )
        for (number, name) in ["one", "two"].enumerated() {
            try folder.write(policy(name), to: "policy.yaml")
            let digest = SHA256.hexDigest(of: policy(name))
            try await wait(for: digest, in: webhook)
            let answer = try await webhook.post(Reviews.create(name, head: "codex/\(name)")).body
            #expect(answer.contains(#""policy-sha256":"\#(digest)""#), "\(answer)")
            let ready = try await webhook.get("/readyz?verbose").body
            #expect(ready.contains("[+]policy ok; generation 2026-02, sha256 \(digest)\n"), "\(ready)")
            #expect(try await webhook.get("/version").body.contains(#""sha256":"\#(digest)""#))
            let metric = #"agentrun_admission_policy_info{sha256="\#(digest)",generation="2026-02"} 1"#
            let metrics = try await webhook.metrics().body
            #expect(metrics.split(separator: "\n").filter { $0.contains("policy_info{") } == [metric[...]])
            var lines: [Substring] = []
            while lines.count <= number {
                try await Task.sleep(for: .milliseconds(20))
                lines = try String(contentsOfFile: decisions, encoding: .utf8).split(separator: "\n")
            }
            let policy = #""policy":"\#(name)","generation":"2026-02","policySha256":"\#(digest)""#
            #expect(lines[number].contains(policy), "\(lines[number])")
        }
    }

    // MARK: Clients

    private func status(of webhook: Webhook, as name: String) async throws -> Int {
        try await webhook.get("/livez", "--cert", folder.path("\(name).crt"), "--key", folder.path("\(name).key"))
            .status
    }

    @Test func `takes clients of the authority with an allowed name only, and a changed authority's`() async throws {
        for name in ["apiserver", "other", "next"] { try await folder.makeClientCertificate(name) }
        try folder.write(try folder.text("apiserver.crt") + folder.text("other.crt"), to: "ca.crt")
        let webhook = try await Webhook.start(
            "--client-ca",
            folder.path("ca.crt"),
            "--client-name",
            "apiserver",
            "--client-name",
            "next"
        )
        #expect(try await status(of: webhook, as: "apiserver") == 200)
        #expect(try await status(of: webhook, as: "other") == 0)
        #expect(try await status(of: webhook, as: "next") == 0)
        #expect(try await webhook.get("/livez").status == 0)
        try folder.write(try folder.text("next.crt"), to: "ca.crt")
        try await wait(for: "reloaded", in: webhook)
        #expect(try await status(of: webhook, as: "next") == 200)
        #expect(try await status(of: webhook, as: "apiserver") == 0)
    }

    @Test func `refuses a client whose certificate is not for clients`() async throws {
        try await folder.makeClientCertificate("apiserver")
        try await folder.makeClientCertificate("server", use: "serverAuth")
        try folder.write(try folder.text("apiserver.crt") + folder.text("server.crt"), to: "ca.crt")
        let webhook = try await Webhook.start("--client-ca", folder.path("ca.crt"))
        #expect(try await status(of: webhook, as: "apiserver") == 200)
        #expect(try await status(of: webhook, as: "server") == 0)
    }

    @Test func `takes a certificate and the authorities of clients that change at one moment`() async throws {
        for name in ["apiserver", "next"] { try await folder.makeClientCertificate(name) }
        try folder.write(try folder.text("apiserver.crt"), to: "one/ca.crt")
        try mount("one")
        let webhook = try await start("--client-ca", folder.path("current/ca.crt"))
        #expect(try await status(of: webhook, as: "apiserver") == 200)
        try folder.write(try folder.text("next.crt"), to: "two/ca.crt")
        try mount("two")
        try await wait(for: "what=certificate", in: webhook)
        try await wait(for: "what=client-ca", in: webhook)
        #expect(try await subject(at: webhook).contains("two"))
        #expect(try await status(of: webhook, as: "next") == 200)
        #expect(try await status(of: webhook, as: "apiserver") == 0)
    }
}
