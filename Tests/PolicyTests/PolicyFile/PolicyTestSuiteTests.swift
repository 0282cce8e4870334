import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// How a suite's expectations meet the findings of a verdict; the command that runs suites is tested with processes.
@Suite struct `A suite of policy tests` {
    /// A prompt that is overridden, and a name that is too long for a label.
    private func verdict() throws -> Verdict {
        let name = String(repeating: "n", count: 64)
        return try judge(run("parameters: {repository: a/b, head: codex/h, prompt: x}", name: name))
    }

    /// What differs when `findings` is expected of it.
    private func differences(_ findings: String) throws -> [String] {
        let file = """
            {apiVersion: admission.agents.proompteng.ai/v1alpha1, kind: AgentRunPolicyTest, metadata: {name: s}, \
            cases: [{name: c, manifest: {}, allowed: false, findings: \(findings)}]}
            """
        let suite = try PolicyTestSuite.load(Array(file.utf8), file: "s.yaml")
        return try #require(suite.cases.first).differences(to: [verdict()])
    }

    @Test func `says for its cases what they do not say themselves`() throws {
        let header = "apiVersion: admission.agents.proompteng.ai/v1alpha1, kind: AgentRunPolicyTest"
        let outer = "policy: p.yaml, state: s.yaml, generation: 2026-02, namespace: team, now: '2026-01-02T03:04:05Z'"
        let inner = "policy: q.yaml, state: [t, u], generation: 2026-08, namespace: other, now: '2027-01-02T03:04:05Z'"
        func cases(_ defaults: String...) throws -> [String] {
            let own = ["", "\(inner), "].map { "{name: c, manifest: {}, \($0)allowed: true}" }
            let members = [header] + defaults + ["cases: [\(own.joined(separator: ", "))]"]
            let file = "{\(members.joined(separator: ", "))}"
            return try PolicyTestSuite.load(Array(file.utf8), file: "s.yaml").cases.map { tested in
                let sources = (tested.policy.map { [$0] } ?? []) + tested.state
                let files = sources.map { source in
                    switch source {
                    case .file(let path): path
                    case .inline: "inline"
                    }
                }
                let (generation, now) = (tested.generation?.rawValue ?? "none", tested.now?.text ?? "none")
                return (files + [generation, tested.namespace.string, now]).joined(separator: " ")
            }
        }
        let own = "q.yaml t u 2026-08 other 2027-01-02T03:04:05Z"
        #expect(try cases(outer) == ["p.yaml s.yaml 2026-02 team 2026-01-02T03:04:05Z", own])
        #expect(try cases() == ["none default none", own])
    }

    @Test func `takes a finding for each expectation, that which says most first`() throws {
        let found = try verdict().findings
        #expect(found.count == 2)
        let first = try #require(found.first)
        for expectation in [
            "rule: \(first.rule.rawValue)", "reason: \(first.reason.rawValue)", "action: \(first.action.rawValue)",
            "field: \(first.field)", "message: \(first.message.prefix(12))",
        ] {
            // What may be anything would take the first, if it came first.
            #expect(try differences("[{}, {\(expectation)}]") == [], "\(expectation)")
        }
    }

    @Test func `tells what is missing and what nobody expected`() throws {
        let found = try differences("[{field: spec.parameters.prompt}, {field: spec.parameters.head}]")
        #expect(found.first == "expected a finding with field spec.parameters.head, but there is none")
        #expect(found.last?.hasPrefix("unexpected finding: Deny label-length ") == true)
        #expect(found.count == 2)
    }
}
