internal import AgentRuns
internal import JSONPull

/// Whether it is clear where the prompt comes from, and whether there is one (`controller-semantics.md` section 5).
struct PromptSource: Rule {
    static let id = RuleID.promptSource

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        for unit in run.runAndSteps {
            let choice = unit.step?.implementation ?? run.run.spec.implementation
            if choice.inline != nil, let name = choice.specRefName { reportAmbiguity(name, unit, &findings) }
            checkPresence(unit, run, &findings)
        }
        for prompt in run.prompts where hasNothing(prompt, run.generation) { reportEmpty(prompt.unit, &findings) }
    }

    private func reportAmbiguity(_ name: ExactString, _ unit: RunUnit, _ findings: inout RuleFindings) {
        let field =
            unit.step.map { FieldPath(step: $0, ".implementationSpecRef") } ?? FieldPath("spec.implementationSpecRef")
        let message = """
            Forbidden: the inline implementation beside it wins, and ImplementationSpec \(QuotedName.quote(name)) is not \
            read (the guide lists the other order)
            """
        report(.ambiguousPromptSource, field, message, "remove one of the two", name, nil, &findings)
    }

    // MARK: Presence

    private func checkPresence(_ unit: RunUnit, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        switch unit.implementationOrigin {
        case .inline: break
        case .none:
            guard unit.step == nil else { return }
            let field = FieldPath("spec.implementationSpecRef")
            let message = "Required value: the run names no ImplementationSpec and has no inline implementation"
            let remedy = "set spec.implementationSpecRef.name, or spec.implementation.inline.text"
            let outcome = ControllerOutcome(.implementation, .missingImplementation)
            report(.missingImplementation, field, message, remedy, "", outcome, &findings)
        case .reference(let name, let ofStep):
            guard unit.implementation == nil, run.state?.isKnown(.implementationSpec, in: run.namespace) == true,
                let field = unit.implementationField(".text")
            else { return }
            let message = """
                Invalid value: ImplementationSpec \(QuotedName.quote(name)) not found yet in namespace \
                \(QuotedName.quote(run.namespace))
                """
            let remedy = "create it before the run starts, or correct the name"
            let outcome =
                ofStep
                ? ControllerOutcome(.implementation, .missingImplementation, startingUnit: unit, of: run.run)
                : ControllerOutcome(.implementation, .missingImplementation)
            report(.missingImplementation, field, message, remedy, name, outcome, &findings)
        }
    }

    // MARK: Empty prompts

    /// Whether the unit's implementation is known and what the agent would be told is blank.
    private func hasNothing(_ prompt: EffectivePrompt, _ generation: Generation) -> Bool {
        guard prompt.unit.implementation != nil else { return false }
        guard let text = prompt.winner?.text else { return true }
        guard generation == .august2026 else { return false }
        let tokens = text.tokens
        if tokens.hasOtherText || tokens.mayHaveMoreBraces || (tokens.braces.isEmpty && tokens.dollarBraces.isEmpty) {
            return false
        }
        let context = PromptContext(prompt.unit)
        return tokens.braces.allSatisfy { context.braces($0) != .present }
            && tokens.dollarBraces.allSatisfy { [.empty, .blank].contains(context.dollarBraces($0)) }
    }

    private func reportEmpty(_ unit: RunUnit, _ findings: inout RuleFindings) {
        guard let field = unit.implementationField(".text") else { return }
        let message = "Required value: neither a text nor a summary is left for the agent to read"
        report(.emptyPrompt, field, message, "write the task into the implementation's text", "", nil, &findings)
    }
}
