import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Replay
import Testing

/// Fields whose values rules tell apart: what a decision log keeps of them does so, too.
@Suite struct `A recorded field` {
    /// Judges an object, or the update of an old one, and what is kept of that, and expects the same verdict.
    private func judgedTwice(
        _ object: String,
        after oldObject: String? = nil,
        kind: String = "AgentRun",
        by policy: AdmissionPolicy,
        state: FixtureState? = nil
    ) throws -> Verdict {
        let old = try oldObject.map { try json($0) }
        let review = ReviewBody(name: "r", object: try json(object), oldObject: old, kind: kind)
        let (original, line) = try review.judgedAndRecorded(by: policy, state: state)
        let again = try review.judgedAgain(line, by: policy)
        #expect(again.doubts.isEmpty)
        #expect(again.verdict.json == original.json)
        return original
    }

    @Test(arguments: NoValue.cases)
    func `holds nothing in the way it did`(tested: NoValue.Case) throws {
        let policy = try compiledPolicy(nil, generation: tested.generation)
        for old in NoValue.values {
            for new in NoValue.values {
                let verdict = try judgedTwice(tested.object(new, 1), after: tested.object(old, 0), by: policy)
                #expect(verdict.findings.contains { $0.reason.rawValue == tested.reason })
            }
        }
    }

    @Test(arguments: [
        ("source: {path: one}", "source: {path: two}", "WorkflowLoopConditionPathInvalid"),
        ("source: {onMissing: go}", "source: {onMissing: run}", "WorkflowLoopConditionOnMissingInvalid"),
        ("source: {onMissing: 7}", "source: {onMissing: 8}", "WorkflowLoopConditionOnMissingInvalid"),
        ("source: {onInvalid: go}", "source: {onInvalid: run}", "WorkflowLoopConditionOnInvalidInvalid"),
        ("source: {onInvalid: [1]}", "source: {onInvalid: [2]}", "WorkflowLoopConditionOnInvalidInvalid"),
    ])
    func `of a loop is as wrong as it was`(old: String, new: String, reason: String) throws {
        func object(_ condition: String) -> String {
            let loop = "{maxIterations: 2, condition: {expression: e, \(condition)}}"
            return run("runtime: {type: workflow}, workflow: {steps: [{name: s, loop: \(loop)}]}")
        }
        let policy = try compiledPolicy(nil, generation: .august2026)
        #expect(try judgedTwice(object(new), by: policy).reasons(of: .workflowSteps) == [reason])
        let updated = try judgedTwice(object(new), after: object(old), by: policy)
        #expect(updated.reasons(of: .workflowSteps) == [reason])
        #expect(updated.findings.allSatisfy { !$0.isRatcheted })
    }

    /// One that is no text is not kept, and yet told from another of its type.
    @Test(
        arguments: [("7", "8"), ("[a]", "[b]"), ("{a: 1}", "{a: 2}"), ("true", "false")],
        [(Generation.february2026, "InvalidSystemPrompt"), (.august2026, "SystemPromptOverrideNotAllowed")]
    )
    func `of a system prompt is another one`(values: (String, String), expected: (Generation, String)) throws {
        let policy = try compiledPolicy(nil, generation: expected.0)
        let (old, new) = (run("systemPrompt: \(values.0)"), run("systemPrompt: \(values.1)"))
        #expect(
            try judgedTwice(new, after: old, by: policy).summary(of: .systemPrompt)
                == ["\(expected.1) spec.systemPrompt Deny"]
        )
    }

    /// Each count is one that no other scope has.
    @Test func `of counted runs is of its own scope`() throws {
        func other(_ name: String, namespace: String, agent: String, repository: String) -> String {
            """
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {name: \(name), namespace: \(namespace)}, \
            spec: {agentRef: {name: \(agent)}, parameters: {repository: \(repository)}}, status: {phase: Running}}
            """
        }
        let state = documents(
            other("agent", namespace: "agents", agent: "a", repository: "o/x"),
            other("namespace", namespace: "agents", agent: "b", repository: "o/x"),
            other("repository-1", namespace: "n", agent: "b", repository: "o/r"),
            other("repository-2", namespace: "n", agent: "b", repository: "o/r"),
            other("repository-3", namespace: "n", agent: "b", repository: "o/r"),
            other("cluster", namespace: "n", agent: "b", repository: "o/x")
        )
        let bounds = "agent: 1, namespace: 2, repository: 3, cluster: 6"
        let policy = try compiledPolicy("  rules: {limits: {concurrency: {\(bounds)}}}")
        let verdict = try judgedTwice(
            run("parameters: {repository: o/r}"),
            by: policy,
            state: FixtureState(state)
        )
        #expect(verdict.reasons(of: .limits) == Array(repeating: "ConcurrencyLimit", count: 4))
    }

    @Test(arguments: [
        StateCondition.available(ageMilliseconds: 1000), .available(ageMilliseconds: 10_000_000),
        .incomplete("no list of Agents", ageMilliseconds: 1000), .unavailable("no permission to list Agents"),
    ])
    func `of the state is as much in doubt as it was`(condition: StateCondition) throws {
        let state = try FixtureState(object("Agent", "a"))
        state.stateCondition = condition
        let policy = try compiledPolicy("  onStale: Deny\n  stateMaxAgeSeconds: 60")
        let verdict = try judgedTwice(
            run("parameters: {repository: a/b, head: codex/h}"),
            by: policy,
            state: state
        )
        #expect(
            verdict.findings.contains { $0.rule == .clusterState } == (condition != .available(ageMilliseconds: 1000))
        )
    }

    @Test(arguments: [(Generation.february2026, []), (.august2026, ["the policy reads a text that is not recorded"])])
    func `of an ImplementationSpec is in doubt where it is not kept`(
        generation: Generation,
        doubts: [String]
    ) throws {
        let text = "do {{ the thing nobody may read }}"
        let object = try json(object("ImplementationSpec", "i", "text: '\(text)'"))
        let review = ReviewBody(name: "i", object: object, oldObject: nil, kind: "ImplementationSpec")
        let policy = try compiledPolicy(nil, generation: generation)
        let (_, line) = try review.judgedAndRecorded(by: policy, state: nil)
        #expect(try review.judgedAgain(line, by: policy).doubts == doubts)
    }
}
