import AgentRuns
import Policy
import PolicyTestSupport
import Testing

/// A controller that nobody has: 2026-08, but a prompt parameter wins, and a step without a name is dropped.
@Suite struct `A third generation` {
    private static let third = {
        var generation = Generation.august2026
        generation.forbidsPromptParameter = false
        generation.dropsUnnamedSteps = true
        return generation
    }()

    private func summary(_ spec: String, of rule: RuleID, _ generation: Generation) throws -> [String] {
        try judge(run(spec), generation: generation).summary(of: rule)
    }

    @Test func `lets a prompt parameter win, and replaces nothing in it`() throws {
        let spec = "parameters: {prompt: 'do ${it}'}"
        #expect(try summary(spec, of: .promptOverride, Self.third) == ["PromptOverride spec.parameters.prompt Warn"])
        #expect(
            try summary(spec, of: .promptOverride, .august2026) == ["ForbiddenParameterKey spec.parameters.prompt Deny"]
        )
        #expect(try judge(run("parameters: {prompt: x}"), generation: Self.third).allowed)
    }

    @Test func `drops a step without a name`() throws {
        let spec = "runtime: {type: workflow}, workflow: {steps: [{name: a}, {}]}"
        let field = "spec.workflow.steps[1].name"
        #expect(try summary(spec, of: .workflowSteps, Self.third) == ["WorkflowStepMissingName \(field) Warn"])
        #expect(try summary(spec, of: .workflowSteps, .august2026) == ["WorkflowStepMissingName \(field) Deny"])
    }

    @Test(arguments: [
        ("implementation: {inline: {text: 'on {{ nothing }}'}}", RuleID.literalTokens),
        ("systemPrompt: x", .systemPrompt),
        ("runtime: {type: workflow}, workflow: {steps: [{name: a, loop: {maxIterations: 99}}]}", .workflowSteps),
    ])
    func `answers everything else as 2026-08 does`(spec: String, rule: RuleID) throws {
        let expected = try summary(spec, of: rule, .august2026)
        #expect(try summary(spec, of: rule, Self.third) == expected)
        #expect(try !expected.isEmpty && expected != summary(spec, of: rule, .february2026))
    }
}
