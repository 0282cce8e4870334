import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// Every kind of mistake a policy file can hold, and what is said of it.
@Suite struct `Policy mistakes` {
    private func problems(_ file: String) -> [String] {
        do throws(PolicyFileError) {
            _ = try AdmissionPolicy.load(Array(file.utf8), file: "p.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func `a file that is no mapping is told`() {
        let found = problems("- apiVersion: x").joined(separator: "\n")
        #expect(found.contains(": the policy: Invalid value: must be an object, not a list"))
    }

    @Test(arguments: [
        ("  rulez: {}", #"3: unknown key "rulez" in spec (did you mean "rules"?)"#),
        ("  rules: {limit: {}}", #"11: spec.rules: unknown rule "limit" (did you mean "limits"?)"#),
        (
            "  rules: {limits: {concurency: {}}}",
            #"20: unknown key "concurency" in spec.rules.limits (did you mean "concurrency"?)"#
        ),
        (
            "  rules: {limits: {concurrency: {agents: 1}}}",
            #"34: unknown key "agents" in spec.rules.limits.concurrency (did you mean "agent"?)"#
        ),
        (
            "  rules: {limits: {concurrency: {agent: x}}}",
            "41: spec.rules.limits.concurrency.agent: Invalid value: must be a whole number from 0 to 10000000"
        ),
        (
            "  rules: {limits: {reasons: {QueueLimits: Deny}}}",
            #"30: spec.rules.limits.reasons: unknown reason "QueueLimits" (did you mean "QueueLimit"?)"#
        ),
        (
            "  rules: {limits: {action: Block}}",
            #"""
            28: spec.rules.limits.action: Unsupported value: "Block": supported values: "Off", "Audit", "Warn", "Deny"
            """#
        ),
        (
            "  rules: {immutable-spec: {strict: 1}}",
            "36: spec.rules.immutable-spec.strict: Invalid value: must be true or false, not a number"
        ),
        (
            "  rules: {head-branch-conflict: {scope: Everywhere}}",
            #"""
            41: spec.rules.head-branch-conflict.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespace"
            """#
        ),
        (
            "  rules: {workflow-steps: {maxLoopIterations: 0}}",
            "47: spec.rules.workflow-steps.maxLoopIterations: Invalid value: must be a whole number from 1 to 1000000"
        ),
        // Each passed once, and the first trapped at the next review.
        (
            "  stateMaxAgeSeconds: 10000000000000000",
            "23: spec.stateMaxAgeSeconds: Invalid value: must be a whole number from 1 to 86400"
        ),
        (
            "  stateMaxAgeSeconds: 86401",
            "23: spec.stateMaxAgeSeconds: Invalid value: must be a whole number from 1 to 86400"
        ),
        (
            "  rules: {workflow-steps: {maxLoopIterations: 1000001}}",
            "47: spec.rules.workflow-steps.maxLoopIterations: Invalid value: must be a whole number from 1 to 1000000"
        ),
        (
            "  rules: {limits: {queue: {cluster: 9223372036854775807}}}",
            "37: spec.rules.limits.queue.cluster: Invalid value: must be a whole number from 0 to 10000000"
        ),
        (
            "  rules: {limits: {concurrency: {repositories: {o/r: 9223372036854775808}}}}",
            #"54: spec.rules.limits.concurrency.repositories["o/r"]: Invalid value: must be a whole number from 0 to 10000000"#
        ),
        ("  overrides: [{mach: {}}]", #"16: unknown key "mach" in spec.overrides[0] (did you mean "match"?)"#),
        (
            "  overrides: [{match: {namespace: [a]}}]",
            #"24: unknown key "namespace" in spec.overrides[0].match (did you mean "namespaces"?)"#
        ),
        ("  overrides: {}", "14: spec.overrides: Invalid value: must be a list, not an object"),
        (
            "  exemptions: [{name: e, rules: [limits]}]",
            "16: spec.exemptions[0].reason: Required value: say why the exception is made"
        ),
        (
            "  exemptions: [{name: e, reason: r, rules: []}]",
            "16: spec.exemptions[0].rules: Required value: a list of rule ids"
        ),
        (
            "  exemptions: [{name: e, reason: r, rules: [limits], until: x}]",
            #"54: unknown key "until" in spec.exemptions[0]"#
        ),
        (
            "  onStale: deny",
            #"""
            12: spec.onStale: Unsupported value: "deny": supported values: "Off", "Audit", "Warn", "Deny" (did you mean "Deny"?)
            """#
        ),
    ])
    func `in spec`(spec: String, problem: String) {
        #expect(problems(policyFile(spec)) == ["line 5, column \(problem)"])
    }

    @Test func `in the header`() {
        #expect(
            problems("apiVersion: v1\nkind: Policy\n") == [
                #"""
                line 1, column 1: apiVersion: Unsupported value: "v1": must be "admission.agents.proompteng.ai/v1alpha1"
                """#,
                #"line 1, column 1: kind: Unsupported value: "Policy": must be "AgentRunPolicy""#,
            ]
        )
    }

    @Test func `are all reported, in the file's order`() {
        let found = problems(policyFile("  onError: Never\n  rules: {limit: {}}\n  onStale: 1"))
        #expect(found.map { $0.prefix(7) } == ["line 5,", "line 6,", "line 7,"])
    }

    @Test func `of a repeated key`() {
        #expect(problems(policyFile("  onError: Deny\n  onError: Warn")).count == 1)
    }
}
