import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Runtime configuration` {
    @Test(
        arguments: [
            ("runtime: {}", ["MissingRuntime spec.runtime.type Deny"], "InvalidSpec/MissingRuntime"),
            ("runtime: {type: ' '}", ["MissingRuntime spec.runtime.type Deny"], "InvalidSpec/MissingRuntime"),
            ("runtime: {type: job}", [], nil),
            (
                "runtime: {type: custom}", ["MissingEndpoint spec.runtime.config.endpoint Deny"],
                "InvalidSpec/MissingEndpoint"
            ),
            ("runtime: {type: custom, config: {endpoint: 'https://x'}}", [], nil),
            (
                "runtime: {type: temporal}",
                [
                    "MissingTemporalConfig spec.runtime.config.workflowType Deny",
                    "MissingTemporalConfig spec.runtime.config.taskQueue Deny",
                ], "InvalidSpec/MissingTemporalConfig"
            ),
            (
                "runtime: {type: temporal, config: {workflowType: w, taskQueue: 1}}",
                ["MissingTemporalConfig spec.runtime.config.taskQueue Deny"], "InvalidSpec/MissingTemporalConfig"
            ),
            ("runtime: {type: temporal, config: {workflowType: w, taskQueue: q}}", [], nil),
        ] as [(String, [String], String?)]
    )
    func `section 13`(spec: String, expected: [String], predicted: String?) throws {
        let verdict = try judge(run(spec))
        #expect(verdict.summary(of: .runtimeConfig) == expected)
        #expect(verdict.explanation.predicted == predicted)
    }

    @Test func `says what to set`() throws {
        #expect(
            try judge(run("runtime: {type: custom}")).lines(of: .runtimeConfig) == [
                """
                [MissingEndpoint] spec.runtime.config.endpoint: Required value: runtime custom is called at an endpoint \
                (set spec.runtime.config.endpoint)
                """
            ]
        )
        #expect(
            try judge(run("runtime: {}")).lines(of: .runtimeConfig) == [
                """
                [MissingRuntime] spec.runtime.type: Required value: without a runtime type nothing executes the run \
                (set it to workflow, job, temporal or custom)
                """
            ]
        )
    }
}
