import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Workflow steps` {
    private func judged(
        _ steps: String,
        more: String = "",
        options: String = "",
        generation: Generation = .february2026
    ) throws -> Verdict {
        let policy = options.isEmpty ? nil : "  rules: {workflow-steps: {\(options)}}"
        let spec = "runtime: {type: workflow}, workflow: {steps: [\(steps)]}" + more
        return try judge(run(spec), policy: policy, generation: generation)
    }

    @Test(arguments: [
        ("{name: a}, {name: b}", [], []),
        ("", ["MissingWorkflowSteps spec.workflow.steps Deny"], ["MissingWorkflowSteps spec.workflow.steps Deny"]),
        (
            "{name: ' '}",
            [
                "MissingWorkflowSteps spec.workflow.steps Deny",
                "WorkflowStepMissingName spec.workflow.steps[0].name Warn",
            ],
            ["WorkflowStepMissingName spec.workflow.steps[0].name Deny"]
        ),
        (
            "{name: a}, {}, {name: 'a '}, {name: A}",
            [
                "WorkflowStepMissingName spec.workflow.steps[1].name Warn",
                "WorkflowStepDuplicate spec.workflow.steps[2].name Deny",
            ],
            [
                "WorkflowStepMissingName spec.workflow.steps[1].name Deny",
                "WorkflowStepDuplicate spec.workflow.steps[2].name Deny",
            ]
        ),
    ])
    func `have names of their own, section 12`(steps: String, february: [String], august: [String]) throws {
        #expect(try judged(steps).summary(of: .workflowSteps) == february)
        #expect(try judged(steps, generation: .august2026).summary(of: .workflowSteps) == august)
    }

    @Test func `a policy can deny what February only drops`() throws {
        #expect(
            try judged("{name: a}, {}", options: "action: Deny").summary(of: .workflowSteps) == [
                "WorkflowStepMissingName spec.workflow.steps[1].name Deny"
            ]
        )
    }

    private static let overlap = "OverlappingAttempts spec.workflow.steps[0].timeoutSeconds Warn"

    @Test(arguments: [
        ("timeoutSeconds: 60, retries: 1", true), ("timeoutSeconds: '60', retries: ' 1.9 '", true),
        ("timeoutSeconds: 1.0e300, retries: 1", true), ("timeoutSeconds: 60", false), ("retries: 3", false),
        ("timeoutSeconds: 0.9, retries: 1", false), ("timeoutSeconds: 60, retries: 0.9", false),
        ("timeoutSeconds: -60, retries: 1", false), ("timeoutSeconds: 60, retries: -1", false),
        ("timeoutSeconds: soon, retries: 1", false), ("timeoutSeconds: true, retries: 1", false),
        ("timeoutSeconds: 60, retries: {}", false), ("timeoutSeconds: '', retries: 1", false),
    ])
    func `that push twice at once are told of`(step: String, overlaps: Bool) throws {
        for generation in [Generation.february2026, .august2026] {
            #expect(
                try judged("{name: a, \(step)}", generation: generation).summary(of: .workflowSteps)
                    == (overlaps ? [Self.overlap] : [])
            )
        }
        for mode in ["none", "read-only"] {
            let verdict = try judged("{name: a, \(step)}", more: ", vcsPolicy: {mode: \(mode)}")
            #expect(verdict.summary(of: .workflowSteps).isEmpty)
        }
    }

    @Test func `that February never runs push nothing`() throws {
        let steps = "{timeoutSeconds: 60, retries: 1}, {name: b, timeoutSeconds: 60, retries: 1}"
        #expect(
            try judged(steps).summary(of: .workflowSteps) == [
                "OverlappingAttempts spec.workflow.steps[1].timeoutSeconds Warn",
                "WorkflowStepMissingName spec.workflow.steps[0].name Warn",
            ]
        )
        #expect(try judged(steps, generation: .august2026).summary(of: .workflowSteps).first == Self.overlap)
    }

    @Test func `exist only in workflows, section 12`() throws {
        #expect(try judge(run("runtime: {type: job}, workflow: {steps: [{}, {}]}")).summary(of: .workflowSteps).isEmpty)
    }

    @Test(arguments: [
        ("maxIterations: 3", nil), ("maxIterations: '20'", nil), ("maxIterations: 2.9", nil),
        ("maxIterations: 0", "MaxIterationsInvalid spec.workflow.steps[0].loop.maxIterations"),
        ("condition: {expression: x}", "MaxIterationsInvalid spec.workflow.steps[0].loop.maxIterations"),
        ("maxIterations: 0.9", "MaxIterationsInvalid spec.workflow.steps[0].loop.maxIterations"),
        ("maxIterations: 21", "MaxIterationsExceeded spec.workflow.steps[0].loop.maxIterations"),
        ("maxIterations: 1.0e300", "MaxIterationsExceeded spec.workflow.steps[0].loop.maxIterations"),
        (
            "maxIterations: 1, condition: {}",
            "ConditionExpressionMissing spec.workflow.steps[0].loop.condition.expression"
        ),
        (
            "maxIterations: 1, condition: {expression: x, source: {path: a/b}}",
            "ConditionPathInvalid spec.workflow.steps[0].loop.condition.source.path"
        ),
        ("maxIterations: 1, condition: {expression: x, source: {path: /a/b, onMissing: stop, onInvalid: fail}}", nil),
        (
            "maxIterations: 1, condition: {expression: x, source: {onMissing: Stop}}",
            "ConditionOnMissingInvalid spec.workflow.steps[0].loop.condition.source.onMissing"
        ),
        (
            "maxIterations: 1, condition: {expression: x, source: {onInvalid: 1}}",
            "ConditionOnInvalidInvalid spec.workflow.steps[0].loop.condition.source.onInvalid"
        ),
        (
            "maxIterations: 1, state: {volumeNames: [v, v]}",
            "StateVolumeDuplicate spec.workflow.steps[0].loop.state.volumeNames"
        ),
        (
            "maxIterations: 1, state: {volumeNames: [w]}",
            "StateVolumeMissing spec.workflow.steps[0].loop.state.volumeNames"
        ),
        (
            "maxIterations: 1, state: {required: true}",
            "StateVolumeRequired spec.workflow.steps[0].loop.state.volumeNames"
        ),
        (
            "maxIterations: 1, state: {required: true, volumeNames: [v]}",
            "StateVolumeNotPersistent spec.workflow.steps[0].loop.state.volumeNames"
        ),
        ("maxIterations: 1, state: {required: true, volumeNames: [p]}", nil),
        ("maxIterations: 1, state: {required: 'true', volumeNames: [v]}", nil),
    ])
    func `loops fail the first check they fail, section 12`(loop: String, expected: String?) throws {
        let volumes = ", workload: {volumes: [{name: v, type: emptyDir}, {name: p, type: pvc, claimName: c}]}"
        let step = "{name: a, loop: {\(loop)}}"
        let summary = try judged(step, more: volumes, generation: .august2026).summary(of: .workflowSteps)
        #expect(summary == (expected.map { ["WorkflowLoop\($0) Deny"] } ?? []))
        #expect(try judged(step, more: volumes).summary(of: .workflowSteps).isEmpty)
    }

    @Test func `a step's own volumes replace the run's, section 12`() throws {
        let step = "{name: a, workload: {volumes: [{name: w}]}, loop: {maxIterations: 1, state: {volumeNames: [v]}}}"
        let volumes = ", workload: {volumes: [{name: v}]}"
        #expect(
            try judged(step, more: volumes, generation: .august2026).summary(of: .workflowSteps) == [
                "WorkflowLoopStateVolumeMissing spec.workflow.steps[0].loop.state.volumeNames Deny"
            ]
        )
    }

    @Test func `loops can be off, and longer`() throws {
        let step = "{name: a, loop: {maxIterations: 30}}"
        #expect(
            try judged(step, options: "loops: false", generation: .august2026).summary(of: .workflowSteps) == [
                "WorkflowLoopsDisabled spec.workflow.steps[0].loop Deny"
            ]
        )
        let longer = try judged(step, options: "maxLoopIterations: 30", generation: .august2026)
        #expect(longer.summary(of: .workflowSteps).isEmpty)
    }

    @Test func `predicts the first step that is wrong, section 3`() throws {
        let verdict = try judged("{name: a}, {name: a}, {}", generation: .august2026)
        #expect(verdict.explanation.predicted == "InvalidSpec/WorkflowStepDuplicate")
        let long = String(repeating: "x", count: 2049)
        let both = try judged("{name: a, parameters: {k: \(long)}}, {name: a}")
        #expect(both.explanation.predicted == "InvalidSpec/ParameterValueTooLarge")
        let loop = "{name: a, parameters: {k: \(long)}, loop: {maxIterations: 0}}"
        #expect(
            try judged(loop, generation: .august2026).explanation.predicted == "InvalidSpec/ParameterValueTooLarge"
        )
    }

    @Test func `says what is wrong`() throws {
        #expect(
            try judged("{name: a}, {name: a, loop: {maxIterations: 99}}, {}", generation: .august2026)
                .lines(of: .workflowSteps) == [
                    "[WorkflowStepMissingName] spec.workflow.steps[2].name: Required value: a step needs a name (name the step)",
                    """
                    [WorkflowStepDuplicate] spec.workflow.steps[1].name: Duplicate value: "a" names an earlier step \
                    (give every step a name of its own)
                    """,
                    """
                    [WorkflowLoopMaxIterationsExceeded] spec.workflow.steps[1].loop.maxIterations: Invalid value: 99: must be at \
                    most 20 (set it to a number from 1 to 20)
                    """,
                ]
        )
    }
}
