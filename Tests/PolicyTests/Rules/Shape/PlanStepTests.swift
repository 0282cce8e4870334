import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Plan step` {
    @Test(arguments: [
        ("{name: plan}, {name: implement}", ["PlanStep spec.workflow.steps[0] Warn"]),
        ("{name: implement}, {name: ' PLAN '}", ["PlanStep spec.workflow.steps[1] Warn"]),
        ("{name: think, parameters: {stage: Plan}}, {name: Implement}", ["PlanStep spec.workflow.steps[0] Warn"]),
        ("{name: implement, parameters: {stage: plan}}, {name: plan}", ["PlanStep spec.workflow.steps[1] Warn"]),
        ("{name: plan}, {name: verify}", []), ("{name: implement}, {name: planning}", []), ("{name: plan}", []),
    ])
    func `beside an implement step`(steps: String, expected: [String]) throws {
        let spec = "runtime: {type: workflow}, workflow: {steps: [\(steps)]}"
        #expect(try judge(run(spec)).summary(of: .planStep) == expected)
        let wanted = ", annotations: {agents.proompteng.ai/planning-artifact: ' true '}"
        #expect(try judge(run(spec, metadata: wanted)).summary(of: .planStep).isEmpty)
    }

    @Test func `a run's own stage is no step's`() throws {
        let spec =
            "runtime: {type: workflow}, parameters: {stage: plan}, workflow: {steps: [{name: a}, {name: implement}]}"
        #expect(try judge(run(spec)).summary(of: .planStep).isEmpty)
    }

    @Test func `says how to keep it`() throws {
        let spec = "runtime: {type: workflow}, workflow: {steps: [{name: plan}, {name: implement}]}"
        #expect(
            try judge(run(spec)).lines(of: .planStep) == [
                """
                [PlanStep] spec.workflow.steps[0]: Forbidden: step "plan" plans what a step named implement does, and the guide \
                wants a single implement step (remove it, or say with annotation agents.proompteng.ai/planning-artifact: \
                "true" that the plan is wanted)
                """
            ]
        )
    }
}
