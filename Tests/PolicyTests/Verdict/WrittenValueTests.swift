import AgentRuns
import Policy
import PolicyTestSupport
import Testing

/// Ratcheting goes by what stands at the field: what is not there, an empty text and a blank one are three values.
@Suite struct `A value that is none` {
    private func actions(_ tested: NoValue.Case, from old: String?, to new: String?) throws -> [String] {
        let policy = try compiledPolicy(nil, generation: tested.generation)
        let (object, oldObject) = (tested.object(new, 1), tested.object(old, 0))
        let verdict = try review(operation: "UPDATE", object: object, oldObject: oldObject, policy: policy)
        return verdict.findings.filter { $0.reason.rawValue == tested.reason }.map(\.action.rawValue)
    }

    @Test(arguments: NoValue.cases) func `is new when it is another one`(tested: NoValue.Case) throws {
        for old in NoValue.values {
            for new in NoValue.values {
                let actions = try actions(tested, from: old, to: new)
                #expect(actions.count == 1, "from \(old ?? "nothing") to \(new ?? "nothing")")
                #expect((actions == ["Audit"]) == (old == new), "from \(old ?? "nothing") to \(new ?? "nothing")")
            }
        }
    }

    @Test(arguments: NoValue.cases) func `is absent when it is null`(tested: NoValue.Case) throws {
        if tested.reason == "MissingWorkflowSteps" { return }
        #expect(try actions(tested, from: "null", to: nil) == ["Audit"])
    }

    @Test func `may be a list without steps, or a reference without a name`() throws {
        func steps(_ written: String, _ place: Int) -> String {
            run("runtime: {type: workflow}, workflow: {\(written)}, parameters: {x: '\(place)'}")
        }
        let without = try review(operation: "UPDATE", object: steps("steps: []", 1), oldObject: steps("", 0))
        #expect(without.summary(of: .workflowSteps) == ["MissingWorkflowSteps spec.workflow.steps Deny"])
        let same = try review(operation: "UPDATE", object: steps("steps: []", 1), oldObject: steps("steps: []", 0))
        #expect(same.summary(of: .workflowSteps) == ["MissingWorkflowSteps spec.workflow.steps Audit"])
        func reference(_ written: String, _ place: Int) -> String {
            run("\(written), parameters: {x: '\(place)', implementation: y}")
        }
        let named = try review(
            operation: "UPDATE",
            object: reference("implementationSpecRef: {name: ' '}", 1),
            oldObject: reference("implementationSpecRef: {}", 0)
        )
        #expect(named.summary(of: .promptSource) == ["MissingImplementation spec.implementationSpecRef Warn"])
    }

    @Test(arguments: [("60", "60", "Audit"), ("60", "61", "Warn"), ("60", "'60'", "Warn")])
    func `may be a number that is written in another way`(old: String, new: String, action: String) throws {
        func object(_ timeout: String, _ retries: Int) -> String {
            run(
                """
                runtime: {type: workflow}, workflow: {steps: [{name: a, timeoutSeconds: \(timeout), retries: \(retries)}]}
                """
            )
        }
        let verdict = try review(operation: "UPDATE", object: object(new, 2), oldObject: object(old, 1))
        #expect(
            verdict.summary(of: .workflowSteps)
                == ["OverlappingAttempts spec.workflow.steps[0].timeoutSeconds \(action)"]
        )
    }

    @Test func `may be a system prompt`() throws {
        let policy = try compiledPolicy(nil, generation: .august2026)
        let blank = try review(
            operation: "UPDATE",
            object: run("systemPrompt: ' '"),
            oldObject: run("systemPrompt: ''"),
            policy: policy
        )
        #expect(blank.summary(of: .systemPrompt) == ["SystemPromptOverrideNotAllowed spec.systemPrompt Deny"])
        let ambiguous = try review(
            operation: "UPDATE",
            object: run("systemPrompt: ' ', systemPromptRef: {kind: Secret, name: s, key: k}"),
            oldObject: run("systemPrompt: '', systemPromptRef: {kind: Secret, name: s, key: k}")
        )
        #expect(ambiguous.summary(of: .systemPrompt) == ["AmbiguousSystemPrompt spec.systemPrompt Deny"])
    }
}
