import FakeAPIServer
import TestPatience
import TestPrograms
import Testing

/// Which kinds of the cluster `/readyz` waits for: those that the policy in force needs.
@Suite(.limit(minutes: 5)) struct `Readiness` {
    /// What keeps a kind from being known.
    enum Trouble: CaseIterable {
        case forbidden, missing, slow

        /// What `/readyz?verbose` says of it.
        var words: String {
            switch self {
            case .forbidden: "grant the verbs list and watch on it to this identity"
            case .missing: "install its CustomResourceDefinition"
            case .slow: "not listed yet"
            }
        }

        func befall(_ resource: FakeResource, of server: FakeAPIServer) async throws {
            switch self {
            case .forbidden:
                let fault = Fault.forbidden(user: "someone", verb: "list", resource)
                try await server.script(FaultRule(matching: .init(.list, resource), times: nil, fault))
            case .missing: try await server.remove(resource: resource)
            case .slow: try await server.script(FaultRule(matching: .init(.list, resource), times: nil, .hold))
            }
        }
    }

    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// A policy of which only `rules` are on.
    private func write(on rules: [String]) async throws -> String {
        let listed = try await Program.run(Program.underTest, ["rules"]).output.split(separator: "\n")
        let off = listed.filter { !$0.hasPrefix(" ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { !rules.contains($0) }.map { "    \($0): {action: \"Off\"}\n" }
        #expect(off.count > 20)
        return try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            metadata: {name: p}
            spec:
              rules:
            \(off.joined())
            """,
            to: "policy.yaml"
        )
    }

    private func start(_ server: FakeAPIServer, _ arguments: String...) async throws -> Webhook {
        let kubeconfig = try folder.write(server.kubeconfig, to: "kubeconfig")
        return try await Webhook.start(["--kubeconfig", kubeconfig, "--metrics-port", "0"] + arguments)
    }

    /// What `/readyz?verbose` says once it says all of `texts`.
    private func readiness(_ webhook: Webhook, with texts: String...) async throws -> String {
        while true {
            let report = try await webhook.get("/readyz?verbose").body
            if texts.allSatisfy(report.contains) { return report }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test(arguments: Trouble.allCases)
    func `does not wait for a kind that no rule asks for, and tells of it`(trouble: Trouble) async throws {
        let policy = try await write(on: ["label-policy", "system-prompt"])
        try await FakeAPIServer.run { server in
            try await trouble.befall(.memories, of: server)
            let webhook = try await start(server, "--policy", policy)
            let report = try await readiness(webhook, with: "readyz check passed", trouble.words)
            let line = report.split(separator: "\n").first { $0.contains("state-memories") } ?? ""
            #expect(line.hasPrefix("[+]state-memories ok; the policy does without: "), "\(report)")
            let answer = try await webhook.post(Reviews.create()).body
            #expect(answer.contains(#""allowed":true"#) && answer.contains("[StateUnavailable]"), "\(answer)")
            let metrics = try await webhook.metrics().body
            for line in [
                #"state_synced{kind="Memory"} 0"#, #"state_needed{kind="Memory"} 0"#, #"state_needed{kind="Agent"} 1"#,
                #"state_needed{kind="AgentRun"} 1"#,
            ] { #expect(metrics.contains("\nagentrun_admission_\(line)\n"), "\(line)") }
            if trouble != .slow {
                let told = try webhook.log.split(separator: "\n").filter { $0.contains("that the policy does without") }
                #expect(told.count == 1 && told[0].contains("memories"), "\(told)")
            }
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test(arguments: Trouble.allCases)
    func `waits for a kind that a rule asks for`(trouble: Trouble) async throws {
        let policy = try await write(on: ["system-prompt"])
        try await FakeAPIServer.run { server in
            try await trouble.befall(.agents, of: server)
            let webhook = try await start(server, "--policy", policy)
            let report = try await readiness(webhook, with: "[+]state-agentruns ok", trouble.words)
            #expect(report.contains("[-]state-agents failed: "), "\(report)")
            #expect(report.contains("readyz check failed"))
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `waits for runs whatever the policy says`() async throws {
        let policy = try await write(on: [])
        try await FakeAPIServer.run { server in
            try await Trouble.forbidden.befall(.agentRuns, of: server)
            let webhook = try await start(server, "--policy", policy)
            _ = try await readiness(webhook, with: "[-]state-agentruns failed: cannot", "readyz check failed")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `waits for Jobs until they are listed or refused`() async throws {
        let policy = try await write(on: [])
        try await FakeAPIServer.run { server in
            try await Trouble.slow.befall(.jobs, of: server)
            let webhook = try await start(server, "--policy", policy)
            _ = try await readiness(webhook, with: "[+]state-agentruns ok", "[-]state-jobs failed: not listed yet")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `does without SecretBindings unless one is required, which no verdict mentions`() async throws {
        try await FakeAPIServer.run { server in
            try await Trouble.missing.befall(.secretBindings, of: server)
            let webhook = try await start(server)
            _ = try await readiness(webhook, with: "readyz check passed", "[+]state-secretbindings ok; the policy does")
            #expect(try await !webhook.post(Reviews.create()).body.contains("StateUnavailable"))
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `follows the policy that is in force`() async throws {
        let policy = try await write(on: [])
        try await FakeAPIServer.run { server in
            try await Trouble.missing.befall(.agents, of: server)
            let webhook = try await start(server, "--policy", policy)
            _ = try await readiness(webhook, with: "readyz check passed", Trouble.missing.words)
            _ = try await write(on: ["system-prompt"])
            _ = try await readiness(webhook, with: "[-]state-agents failed: cannot", "readyz check failed")
            let told = try webhook.log.split(separator: "\n").filter { $0.contains("the policy in use needs") }
            #expect(told.count == 1 && told[0].contains("install its CustomResourceDefinition"), "\(told)")
            _ = try await write(on: [])
            _ = try await readiness(webhook, with: "readyz check passed", "does without")
            #expect(try await webhook.stop() == 0)
        }
    }

    @Test func `does without kinds that are not watched, and the log tells which rules ask for`() async throws {
        let policy = try await write(on: ["system-prompt"])
        try await FakeAPIServer.run { server in
            let webhook = try await start(server, "--watch", "agentruns", "--watch", "memories", "--policy", policy)
            _ = try await readiness(webhook, with: "readyz check passed")
            _ = try await write(on: ["service-account"])
            func told() throws -> [Substring] {
                try webhook.log.split(separator: "\n").filter { $0.contains("asks for kinds that are not watched") }
            }
            while try told().count < 2 { try await Task.sleep(for: .milliseconds(20)) }
            let lines = try told()
            #expect(lines[0].contains("resources=agents") && !lines[0].contains("agentproviders"), "\(lines)")
            #expect(lines[1].contains("resources=agents,agentproviders"), "\(lines)")
            #expect(try await webhook.stop() == 0)
        }
    }
}
