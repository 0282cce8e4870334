import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Limits` {
    private static func other(
        _ name: String,
        phase: String?,
        agent: String = "a",
        repository: String = "O/R",
        namespace: String = "agents",
        metadata: String = ""
    ) -> String {
        """
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {name: \(name), namespace: \(namespace)\(metadata)}, \
        spec: {agentRef: {name: \(agent)}, parameters: {repo: \(repository)}}, status: {\(phase.map { "phase: '\($0)'" } ?? "")}}
        """
    }

    private static let mine = "agentRef: {name: a}, parameters: {repository: o/r}"
    private static let off = "agent: 0, namespace: 0, cluster: 0, repository: 0"

    private func judged(
        _ concurrency: String = "",
        queue: String = "",
        state: String,
        generation: Generation = .february2026
    ) throws -> Verdict {
        let bounds = "concurrency: {\(concurrency)}, queue: {\(queue)}"
        return try judge(run(Self.mine), policy: "  rules: {limits: {\(bounds)}}", state: state, generation: generation)
    }

    private static let one = other("o", phase: "Running")

    @Test func `count a run for the repository its parameters name, and for no other`() throws {
        let policy = "  rules: {limits: {concurrency: {agent: 0, namespace: 0, cluster: 0, repository: 1}}}"
        let mapped = """
            agentRef: {name: a}, parameters: {target: o/r}, \
            implementation: {inline: {text: t, contract: {mappings: [{from: target, to: repository}]}}}
            """
        let source = """
            agentRef: {name: a}, implementation: {inline: {text: t, source: {provider: github, externalId: 'o/r#7'}}}
            """
        for spec in [mapped, source] {
            #expect(try judge(run(spec), policy: policy, state: Self.one).reasons(of: .limits).isEmpty)
        }
        let verdict = try judge(run("parameters: {repo: o/r}"), policy: policy, state: Self.one)
        #expect(verdict.summary(of: .limits) == ["ConcurrencyLimit spec.parameters.repo Warn"])
    }

    @Test(arguments: [
        ("agent: 1", one, ["ConcurrencyLimit spec.agentRef.name Warn"]), ("agent: 2", one, []), ("agent: 0", one, []),
        ("agent: 1", other("o", phase: "Running", agent: "b"), []),
        ("agent: 1", other("o", phase: "Running", namespace: "x"), []),
        ("namespace: 1", other("o", phase: "Running", agent: "b"), ["ConcurrencyLimit metadata.namespace Warn"]),
        ("namespace: 1", other("o", phase: "Running", namespace: "x"), []),
        ("cluster: 1", other("o", phase: "Running", namespace: "x"), ["ConcurrencyLimit spec Warn"]),
        ("cluster: 2", other("o", phase: "Running", namespace: "x"), []),
        (
            "repository: 1", other("o", phase: "Running", namespace: "x"),
            ["ConcurrencyLimit spec.parameters.repository Warn"]
        ),
        ("repository: 1", other("o", phase: "Running", repository: "o/s"), []),
        ("repositories: {O/r: 1}", one, ["ConcurrencyLimit spec.parameters.repository Warn"]),
        ("repositories: {o/r: 2}, repository: 1", one, []),
        ("repositories: {o/r: 0}, repository: 1", one, ["ConcurrencyLimit spec.parameters.repository Warn"]),
        ("repositories: {o/s: 1}", one, []),
        ("agent: 1", other("o", phase: "running"), []), ("agent: 1", other("o", phase: "Pending"), []),
        ("agent: 1", other("r", phase: "Running"), []),
        (
            "agent: 1, namespace: 1, cluster: 1, repository: 1", one,
            [
                "ConcurrencyLimit spec.agentRef.name Warn", "ConcurrencyLimit spec.parameters.repository Warn",
                "ConcurrencyLimit metadata.namespace Warn", "ConcurrencyLimit spec Warn",
            ]
        ),
    ])
    func `of concurrency as controller-semantics section 17`(bounds: String, state: String, expected: [String]) throws {
        #expect(
            try judged(bounds, queue: Self.off.replacing("agent: 0, ", with: ""), state: state).summary(of: .limits)
                == expected
        )
    }

    @Test(arguments: [
        ("namespace: 1", "Pending", ["QueueLimit metadata.namespace Warn"]), ("namespace: 1", "Running", []),
        ("namespace: 1", nil, ["QueueLimit metadata.namespace Warn"]), ("namespace: 2", "Pending", []),
        ("cluster: 1", " QUEUED ", ["QueueLimit spec Warn"]), ("cluster: 1", "progressing", ["QueueLimit spec Warn"]),
        ("cluster: 1", "InProgress", ["QueueLimit spec Warn"]), ("cluster: 1", "Failed", []),
        ("cluster: 0", "Pending", []),
        ("repository: 1", "Pending", ["QueueLimit spec.parameters.repository Warn"]),
        (
            "repository: 1, namespace: 1, cluster: 1", "Pending",
            [
                "QueueLimit spec.parameters.repository Warn", "QueueLimit metadata.namespace Warn",
                "QueueLimit spec Warn",
            ]
        ),
    ])
    func `of the queue as controller-semantics section 17`(bounds: String, phase: String?, expected: [String]) throws {
        let verdict = try judged(Self.off, queue: bounds, state: Self.other("o", phase: phase))
        #expect(verdict.summary(of: .limits) == expected)
        #expect(try judged(Self.off, queue: bounds, state: Self.other("r", phase: phase)).summary(of: .limits).isEmpty)
    }

    @Test func `are the controller's by default`() throws {
        func state(
            _ count: Int,
            _ phase: String,
            namespace: String = "agents",
            agent: String = "a",
            repository: String = "o/r"
        ) -> String {
            (0..<count).map {
                Self.other("o\($0)", phase: phase, agent: agent, repository: repository, namespace: namespace)
            }.joined(separator: "\n---\n")
        }
        func summary(_ state: String) throws -> [String] {
            try judge(run(Self.mine), state: state).summary(of: .limits)
        }
        #expect(try summary(state(4, "Running")) == [])
        #expect(try summary(state(5, "Running")) == ["ConcurrencyLimit spec.agentRef.name Warn"])
        #expect(try summary(state(9, "Running", agent: "b")) == [])
        #expect(try summary(state(10, "Running", agent: "b")) == ["ConcurrencyLimit metadata.namespace Warn"])
        #expect(try summary(state(100, "Running", namespace: "x")) == ["ConcurrencyLimit spec Warn"])
        #expect(try summary(state(49, "Pending")) == [])
        #expect(try summary(state(50, "Pending", namespace: "x")) == ["QueueLimit spec.parameters.repository Warn"])
        #expect(try summary(state(200, "Pending", repository: "o/s")) == ["QueueLimit metadata.namespace Warn"])
    }

    @Test func `leave templates and updates alone`() throws {
        let template = ", annotations: {agents.proompteng.ai/template: 'true'}"
        let waiting = Self.other("t", phase: nil, metadata: template)
        #expect(try !judged(Self.off, queue: "namespace: 1", state: waiting).summary(of: .limits).isEmpty)
        #expect(
            try judged(Self.off, queue: "namespace: 1", state: waiting, generation: .august2026).summary(of: .limits)
                .isEmpty
        )
        let policy = try compiledPolicy("  rules: {limits: {concurrency: {agent: 1}}}")
        let state = try FixtureState(Self.one)
        let new = run(Self.mine + ", ttlSecondsAfterFinished: 1")
        let update = try review(
            operation: "UPDATE",
            object: new,
            oldObject: run(Self.mine),
            policy: policy,
            state: state
        )
        #expect(update.summary(of: .limits).isEmpty)
        #expect(try !review(object: new, policy: policy, state: state).summary(of: .limits).isEmpty)
    }

    @Test func `an update that makes a template a run is a create`() throws {
        let template = ", annotations: {agents.proompteng.ai/template: 'true'}"
        let policy = try compiledPolicy("  rules: {limits: {concurrency: {agent: 1}}}", generation: .august2026)
        let verdict = try review(
            operation: "UPDATE",
            object: run(Self.mine),
            oldObject: run(Self.mine, metadata: template),
            policy: policy,
            state: try FixtureState(Self.one, generation: .august2026)
        )
        #expect(verdict.summary(of: .limits) == ["ConcurrencyLimit spec.agentRef.name Warn"])
    }

    @Test func `say how many and predict`() throws {
        let running = try judged("agent: 1", state: Self.one)
        #expect(
            running.lines(of: .limits) == [
                """
                [ConcurrencyLimit] spec.agentRef.name: Forbidden: 1 run of the agent is running, and the limit is 1: the run \
                will be blocked (wait until there are fewer, or raise the limit)
                """
            ]
        )
        #expect(running.explanation.predicted == "Blocked/ConcurrencyLimit")
        let waiting = try judged(queue: "cluster: 1", state: Self.other("o", phase: "Pending"))
        #expect(
            waiting.lines(of: .limits) == [
                """
                [QueueLimit] spec: Forbidden: 1 run of the cluster is waiting, and the limit is 1: the run will be blocked \
                (wait until there are fewer, or raise the limit)
                """
            ]
        )
        #expect(waiting.explanation.predicted == "Blocked/QueueLimit")
    }

    @Test(arguments: [
        ("concurrency: {agents: 1}", #"unknown key "agents" in spec.rules.limits.concurrency (did you mean "agent"?)"#),
        ("queue: {agent: 1}", #"unknown key "agent" in spec.rules.limits.queue"#),
        (
            "queue: {cluster: -1}",
            "spec.rules.limits.queue.cluster: Invalid value: must be a whole number from 0 to 10000000"
        ),
        (
            "concurrency: {repositories: {o/r: many}}",
            #"spec.rules.limits.concurrency.repositories["o/r"]: Invalid value: must be a whole number from 0 to 10000000"#
        ),
    ])
    func `that make no sense are named`(options: String, message: String) {
        let error = #expect(throws: PolicyFileError.self) { try compiledPolicy("  rules: {limits: {\(options)}}") }
        #expect(error?.problems.map(\.message) == [message])
    }
}
