internal import AgentRuns
internal import JSONPull

/// A planning step before the implementation, where the guide wants a single `implement` step.
struct PlanStep: Rule {
    static let descriptor = RuleDescriptor(
        id: "plan-step",
        title: "A planning step beside an implement step",
        action: .warn,
        reasons: [.planStep]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let steps = run.stepUnits
        guard steps.count > 1, !run.run.metadata.wantsPlanningArtifact else { return }
        // Two will do: no step is beside itself.
        let implementing = steps.indices.lazy.filter { steps[$0].step?.name.asciiLowercased == "implement" }.prefix(2)
        guard let first = implementing.first else { return }
        let hasSecond = implementing.dropFirst().first != nil
        let plan = steps.indices.first { Self.isPlan(steps[$0]) && ($0 != first || hasSecond) }
        guard let plan, let step = steps[plan].step else { return }
        let field = FieldPath(step: step)
        findings.report(
            .planStep,
            field,
            "Forbidden: step \(VisibleText.quoted(step.name)) plans what a step named implement does, and the "
                + "guide wants a single implement step",
            "remove it, or say with annotation agents.proompteng.ai/planning-artifact: \"true\" that the plan is "
                + "wanted",
            step.name
        )
    }

    /// Whether the step is named `plan`, or its own parameters say that it is that stage.
    private static func isPlan(_ unit: RunUnit) -> Bool {
        guard let step = unit.step else { return false }
        return step.name.asciiLowercased == "plan"
            || step.parameters.entry(.stage)?.text?.asciiLowercased == "plan"
    }
}

extension RuleID {
    package static let planStep = PlanStep.id
}

extension Reason {
    static let planStep = Reason(
        "PlanStep",
        meaning: "the guide wants a single implement step",
        example: "steps: [{name: plan}, {name: implement}]",
        fix: "remove the step, or set annotation agents.proompteng.ai/planning-artifact"
    )
}
