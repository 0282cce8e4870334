import AgentRuns
import Policy
import Testing

/// Ratcheting goes by what stands at the field: what is not there, an empty text and a blank one are three values.
@Suite struct `A value that is none` {
    /// A reason, and a spec for what is written in the place of its value.
    struct Case: CustomTestStringConvertible {
        var reason: String
        var generation = Generation.february2026
        var spec: @Sendable (_ written: String?) -> String

        init(
            _ reason: String,
            _ generation: Generation = .february2026,
            _ spec: @escaping @Sendable (String?) -> String
        ) {
            (self.reason, self.generation, self.spec) = (reason, generation, spec)
        }

        var testDescription: String { "\(reason) \(generation)" }

        /// A run with the value written so, and with a parameter that tells it from one at another `place`, so that there is
        /// something to judge.
        func object(_ written: String?, _ place: Int) -> String {
            let spec = spec(written)
            return run(
                spec.contains("parameters")
                    ? "\(spec), memoryRef: {name: m\(place)}" : "\(spec), parameters: {x: '\(place)'}"
            )
        }
    }

    private static func member(_ name: String, _ written: String?) -> String { written.map { "\(name): \($0)" } ?? "" }

    static let cases = [
        Case("MissingRuntime") { "runtime: {\(member("type", $0))}" },
        Case("MissingEndpoint") { "runtime: {type: custom, config: {\(member("endpoint", $0))}}" },
        Case("MissingTemporalConfig") {
            "runtime: {type: temporal, config: {taskQueue: q, \(member("workflowType", $0))}}"
        },
        Case("MissingTemporalConfig", .august2026) {
            "runtime: {type: temporal, config: {workflowType: w, \(member("taskQueue", $0))}}"
        },
        Case("MissingAgent") { "agentRef: {\(member("name", $0))}" },
        Case("EmptyPrompt") { "implementation: {inline: {\(member("text", $0))}}" },
        Case("EmptyPrompt", .august2026) { "implementation: {inline: {\(member("text", $0))}}" },
        Case("MissingRepository") {
            "vcsPolicy: {required: true}, parameters: {\(member("repository", $0))}"
        },
        Case("WorkflowStepMissingName") {
            "runtime: {type: workflow}, workflow: {steps: [{name: a}, {\(member("name", $0))}]}"
        },
        Case("WorkflowStepMissingName", .august2026) {
            "runtime: {type: workflow}, workflow: {steps: [{\(member("name", $0))}]}"
        },
        Case("MissingWorkflowSteps") {
            "runtime: {type: workflow}, workflow: {steps: [{\(member("name", $0))}]}"
        },
        Case("WorkflowLoopConditionExpressionMissing", .august2026) {
            let loop = "{maxIterations: 1, condition: {\(member("expression", $0))}}"
            return "runtime: {type: workflow}, workflow: {steps: [{name: a, loop: \(loop)}]}"
        },
    ]

    /// Nothing in four ways.
    static let values = [nil, "''", "' '", #""\u00a0""#]

    private func actions(_ tested: Case, from old: String?, to new: String?) throws -> [String] {
        let policy = try compiledPolicy(nil, generation: tested.generation)
        let (object, oldObject) = (tested.object(new, 1), tested.object(old, 0))
        let verdict = try review(operation: "UPDATE", object: object, oldObject: oldObject, policy: policy)
        return verdict.findings.filter { $0.reason.rawValue == tested.reason }.map(\.action.rawValue)
    }

    @Test(arguments: cases) func `is new when it is another one`(tested: Case) throws {
        for old in Self.values {
            for new in Self.values {
                let actions = try actions(tested, from: old, to: new)
                #expect(actions.count == 1, "from \(old ?? "nothing") to \(new ?? "nothing")")
                #expect((actions == ["Audit"]) == (old == new), "from \(old ?? "nothing") to \(new ?? "nothing")")
            }
        }
    }

    @Test(arguments: cases) func `is absent when it is null`(tested: Case) throws {
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
