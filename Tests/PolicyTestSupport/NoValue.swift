package import AgentRuns

/// What is written where a value is wanted and is none, at the fields of reasons that tell so.
package enum NoValue {
    /// A reason, and a spec for what is written in the place of its value.
    package struct Case: Sendable, CustomStringConvertible {
        package var reason: String
        package var generation = Generation.february2026
        package var spec: @Sendable (_ written: String?) -> String

        init(
            _ reason: String,
            _ generation: Generation = .february2026,
            _ spec: @escaping @Sendable (String?) -> String
        ) {
            (self.reason, self.generation, self.spec) = (reason, generation, spec)
        }

        package var description: String { "\(reason) \(generation)" }

        /// A run with the value written so, and with a parameter that tells it from one at another `place`, so that there is
        /// something to judge.
        package func object(_ written: String?, _ place: Int) -> String {
            let spec = spec(written)
            return run(
                spec.contains("parameters")
                    ? "\(spec), memoryRef: {name: m\(place)}" : "\(spec), parameters: {x: '\(place)'}"
            )
        }
    }

    private static func member(_ name: String, _ written: String?) -> String { written.map { "\(name): \($0)" } ?? "" }

    package static let cases = [
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
    package static let values = [nil, "''", "' '", #""\u00a0""#]
}
