import FakeAPIServer
import Foundation
import TestPatience
import TestPrograms
import Testing

/// `audit`, as a process of its own.
@Suite(.limit(minutes: 2)) struct `Audit` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private static let policy = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        spec:
          rules:
            references: { action: "Off" }
            repository-allowlist: { allow: ["acme/*"] }

        """

    /// A run that was created so many minutes after noon.
    private static func run(
        _ name: String,
        at minute: Int,
        head: String,
        repository: String = "acme/app",
        phase: String? = nil
    ) -> String {
        let status = phase.map { ",\"status\":{\"phase\":\"\($0)\"}" } ?? ""
        return """
            {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"\(name)",\
            "creationTimestamp":"2026-11-01T12:\(minute < 10 ? "0" : "")\(minute):00Z"},\
            "spec":{"agentRef":{"name":"codex"},"runtime":{"type":"job"},"implementation":{"inline":{"text":"Fix it."}},\
            "parameters":{"repository":"\(repository)","head":"\(head)"},"vcsPolicy":{"mode":"read-write"}}\(status)}
            """
    }

    private static func fill(_ server: FakeAPIServer) async throws {
        for (json, namespace) in [
            (run("first", at: 1, head: "codex/x"), "agents"), (run("second", at: 2, head: "codex/x"), "other"),
            (run("denied", at: 3, head: "codex/y", repository: "evil/app"), "agents"),
            (run("over", at: 4, head: "codex/x", repository: "evil/app", phase: "Succeeded"), "agents"),
        ] { try await server.create(json: json, in: .agentRuns, namespace: namespace) }
        let long = String(repeating: "x", count: 40_000)
        try await server.create(
            ["metadata": ["name": "a"], "spec": ["defaults": ["systemPrompt": long]]],
            in: .agents,
            namespace: "agents"
        )
    }

    private func audit(_ server: FakeAPIServer, _ arguments: String...) async throws -> Program {
        let kubeconfig = try folder.write(server.kubeconfig, to: "kubeconfig")
        let policy = try folder.write(Self.policy, to: "policy.yaml")
        return try await Program.agentrunAdmission(
            ["audit", "--kubeconfig", kubeconfig, "--policy", policy] + arguments
        )
    }

    @Test func `judges what a cluster holds, each conflict once, and writes nothing`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server)
            let version = try await server.resourceVersion
            let program = try await audit(server)
            #expect(program.status == 1, "\(program.errors)")
            let lines = program.output.split(separator: "\n").map(String.init)
            let heads = lines.filter { $0.hasPrefix("Agent") }
            #expect(
                heads == [
                    "Agent agents/a: denied", "AgentRun agents/denied: denied", "AgentRun other/second: denied",
                ],
                "\(program.output)"
            )
            #expect(program.output.contains("is held by run \"agents/first\" (Pending"), "\(program.output)")
            #expect(lines.last == "4 objects: 3 denied, 0 allowed with warnings, 1 allowed, 1 over and not judged")
            let errors = program.errors.split(separator: "\n")
            #expect(errors.count == 1 && errors[0].contains("is not encrypted; use an https:// server"))
            let strict = try await audit(server, "--fail-on", "warn", "--only", "service-account")
            #expect(strict.status == 0, "what is wrong with the way there is nothing that is wrong there")
            #expect(try await server.resourceVersion == version)
            let all = try await audit(server, "--all", "--only", "repository-allowlist", "--namespace", "agents")
            #expect(all.output.contains("AgentRun agents/over: denied"))
            #expect(!all.output.contains("HeadBranchConflict") && !all.output.contains("SystemPromptTooLong"))
            #expect(all.output.contains("1 of other namespaces not judged") == false, "other namespaces are not listed")
        }
    }

    @Test func `has every form that check has`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server)
            let json = try await audit(server, "--output", "json").output
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect((object["summary"] as? [String: Int])?["denied"] == 3)
            let page = try await audit(server, "--output", "html").output
            #expect(page.contains("Audit of AgentRun objects") && page.contains("agentruns/second"))
            for (form, part) in [
                ("sarif", "\"fullyQualifiedName\":\"AgentRun other/second"), ("junit", "agentrun-admission audit"),
                ("github", "::error title=head-branch-conflict/HeadBranchConflict::AgentRun other/second: "),
                ("admission-review", "\"allowed\":false"),
            ] {
                let program = try await audit(server, "--output", form)
                #expect(program.status == 1 && program.output.contains(part), "\(form): \(program.output.prefix(2000))")
            }
        }
    }

    @Test func `lists runs once, and again only for one that is too large to be kept, or for those that are over`()
        async throws
    {
        try await FakeAPIServer.run { server in
            try await Self.fill(server)
            func lists() async throws -> Int {
                try await server.observations.requests(.init(.list, .agentRuns)).count
            }
            _ = try await audit(server)
            #expect(try await lists() == 1)
            let all = try await audit(server, "--all")
            #expect(all.output.contains("AgentRun agents/over: denied"), "\(all.output)")
            #expect(all.output.contains("5 objects: 4 denied"), "\(all.output)")
            #expect(try await lists() == 3)
            let text = String(repeating: "x", count: 300_000)
            let huge = Self.run("huge", at: 9, head: "codex/huge", repository: "evil/huge")
                .replacing("Fix it.", with: text)
            try await server.create(json: huge, in: .agentRuns, namespace: "agents")
            let program = try await audit(server)
            #expect(program.output.contains("AgentRun agents/huge: denied"), "\(program.output)")
            #expect(program.output.contains("5 objects: 4 denied"), "\(program.output)")
            #expect(program.output.contains("1 over and not judged"), "\(program.output)")
            #expect(try await lists() == 5)
            let since = try await audit(server, "--since", "2026-11-01T12:03:00Z", "--only", "repository-allowlist")
            #expect(since.output.contains("AgentRun agents/denied: denied"), "\(since.output)")
            #expect(!since.output.contains("other/second"), "\(since.output)")
        }
    }

    @Test func `goes on without a kind that it may not list, and says what to grant`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server)
            let jobs = Fault.forbidden(user: "u", verb: "list", .jobs)
            try await server.script(FaultRule(matching: .init(.list, .jobs), times: nil, jobs))
            let program = try await audit(server)
            #expect(program.status == 1)
            #expect(program.errors.contains("cluster: warning: cannot list jobs.batch: "), "\(program.errors)")
            #expect(program.errors.contains("grant the verb list on it to this identity"))
            let runs = Fault.forbidden(user: "u", verb: "list", .agentRuns)
            try await server.script(FaultRule(matching: .init(.list, .agentRuns), times: nil, runs))
            let blind = try await audit(server)
            #expect(blind.status == 2 && blind.output.contains("1 object: 1 denied"), "\(blind.output)")
            #expect(blind.errors.contains("cluster: cannot list agentruns.agents.proompteng.ai: "))
        }
    }

    /// Of half a list nobody knows what is in whose way.
    @Test func `judges no run of a list that breaks off`() async throws {
        try await FakeAPIServer.run { server in
            let template = try AgentRunTemplate()
            try await server.bulkLoad(.agentRuns, count: 600) { number in
                template.run(number, phase: number.isMultiple(of: 2) ? "Running" : "Succeeded")
            }
            let later = FaultRule.Match(.list, .agentRuns) { $0.query["continue"] != nil }
            try await server.script(
                FaultRule(matching: later, times: nil, .forbidden(user: "u", verb: "list", .agentRuns))
            )
            let program = try await audit(server)
            #expect(program.status == 2)
            #expect(program.errors.contains("cannot list agentruns.agents.proompteng.ai"), "\(program.errors)")
            #expect(!program.output.contains("AgentRun "), "\(program.output.prefix(500))")
            #expect(program.output.hasPrefix("0 objects"), "\(program.output.prefix(500))")
            #expect(!program.output.contains("over and not judged"), "\(program.output.prefix(500))")
        }
    }

    @Test func `lists a namespace where it may not list all`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server)
            let all = FaultRule.Match(.list, .agentRuns) { $0.namespace == nil }
            try await server.script(
                FaultRule(matching: all, times: nil, .forbidden(user: "u", verb: "list", .agentRuns))
            )
            let program = try await audit(server, "--namespace", "other")
            #expect(program.status == 0, "what is in the way is not seen: \(program.output)")
            #expect(program.errors.contains("runs of other namespaces than those named are not known"))
        }
    }

    @Test func `judges a folder without a cluster`() async throws {
        try folder.write(Self.run("one", at: 1, head: "codex/x"), to: "runs/one.json")
        try folder.write(Self.run("two", at: 2, head: "codex/x"), to: "runs/two.json")
        let program = try await Program.agentrunAdmission("audit", "--output", "json", folder.path("runs"))
        #expect(program.status == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any]
        )
        let verdicts = try #require(object["verdicts"] as? [[String: Any]])
        let denied = verdicts.filter { $0["allowed"] as? Bool == false }
        #expect(denied.compactMap { $0["source"] as? String } == [folder.path("runs/two.json")])
        #expect(denied.first?["line"] as? Int == 1)
    }

    @Test(arguments: [
        ([], "there is nothing to audit: pass --kubeconfig, or files or folders of manifests"),
        (["--context", "x"], "--kubeconfig"), (["--kubeconfig", "k", "file"], "two things to audit"),
        (["--only", "no-such-rule", "."], "--only must be a rule's name"), (["-n", "A", "."], "--namespace"),
        (["--since", "yesterday", "."], "yesterday"), (["--kubeconfig", "/nowhere"], "/nowhere"),
    ])
    func `says what is wrong with how it is called`(arguments: [String], words: String) async throws {
        let program = try await Program.agentrunAdmission(["audit"] + arguments)
        #expect(program.status == 2 && program.output.isEmpty)
        #expect(program.errors.contains(words), "\(program.errors)")
    }
}
