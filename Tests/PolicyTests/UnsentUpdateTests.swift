import AgentRuns
import Policy
import Testing

/// Updates that the webhook configuration does not send, by its condition `spec-labels-or-template-change`.
///
/// Spec, labels and template annotation are as they were. Whatever else is different, and whatever the policy, nothing may be
/// said of them.
@Suite struct `An update that is not sent` {
    /// Runs that break every rule a run can break by itself, templates among them.
    private static let specs = [
        "parameters: {repository: nonsense, head: main, prompt: p, x: 7}, secrets: [s], systemPrompt: q",
        "runtime: {type: workflow}, workflow: {steps: [{name: plan}, {name: implement}, {name: implement}]}",
        "runtime: {type: nonsense, config: {ttl: 7, serviceAccount: sa}}, workload: {image: other}",
    ]
    private static let labels = [
        "", ", labels: {bad: x}", #", annotations: {agents.proompteng.ai/template: " true"}, labels: {bad: x}"#,
    ]
    /// What the controller and others write into metadata and status.
    private static let writes: [(metadata: String, more: String)] = [
        (", finalizers: [a.b/c]", ""), (", ownerReferences: [{kind: Job, name: j, uid: u}]", ""),
        (", resourceVersion: '7', generation: 2, managedFields: [{manager: m}]", ""),
        ("", ", status: {phase: Running}"),
        (", generateName: z-", ", status: {phase: Succeeded}"),
    ]
    private static let policy = """
          onStale: Deny
          rules:
            secret-allowlist: {allow: [none], action: Deny}
            repository-allowlist: {allow: ["a/b"], action: Deny}
            label-policy: {deny: [bad], action: Deny}
            prompt-override: {action: Deny}
            prompt-source: {action: Deny}
            references: {action: Deny}
            plan-step: {action: Deny}
            misplaced-ttl: {action: Deny}
            service-account: {action: Deny}
        """

    @Test(arguments: specs, labels) func `is allowed unread`(spec: String, labels: String) throws {
        for generation in Generation.allCases {
            let policy = try compiledPolicy(Self.policy, generation: generation)
            let state = try FixtureState(object("Agent", "other"), generation: generation)
            let old = run(spec, metadata: labels)
            // It would not be allowed if it were created.
            #expect(!(try review(object: old, policy: policy, state: state).findings.isEmpty))
            for write in Self.writes {
                let new = run(spec, metadata: labels + write.metadata, more: write.more)
                let verdict = try review(operation: "UPDATE", object: new, oldObject: old, policy: policy, state: state)
                #expect(verdict.allowed && verdict.findings.isEmpty && verdict.claims == nil, "\(verdict.summary)")
                #expect(verdict.warnings.isEmpty)
            }
            // Another annotation than the template's is nobody's business either.
            let annotated = labels.isEmpty ? ", annotations: {agents.proompteng.ai/planning-artifact: 'true'}" : labels
            let verdict = try review(
                operation: "UPDATE",
                object: run(spec, metadata: annotated),
                oldObject: old,
                policy: policy,
                state: state
            )
            #expect(verdict.allowed && verdict.findings.isEmpty && verdict.claims == nil)
        }
    }
}
