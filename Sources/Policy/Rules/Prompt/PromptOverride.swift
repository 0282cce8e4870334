internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// A prompt parameter that wins over the ImplementationSpec (2026-02), or that the controller refuses (2026-08).
struct PromptOverride: Rule {
    static let descriptor = RuleDescriptor(
        id: "prompt-override",
        title: "A parameter hides the text the ImplementationSpec asks for",
        action: .warn,
        reasons: [.promptOverride, .stepPromptOverride, .forbiddenParameterKey],
        asks: [.implementationSpec]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        if run.generation.forbidsPromptParameter {
            checkForbiddenKeys(run, &findings)
        } else {
            checkOverrides(run, &findings)
        }
    }

    // MARK: Where it wins

    /// A prompt parameter and what it hides from the units it reaches.
    private struct Override {
        var field: FieldPath
        var reason: Reason
        var prompt: PromptText
        var isMapped: Bool
        var hidden: [EffectivePrompt.Prompt]
    }

    private func checkOverrides(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var overrides: OrderedDictionary<FieldPath.Key, Override> = [:]
        for prompt in run.prompts {
            guard let (override, hidden) = override(prompt) else { continue }
            overrides[override.field.key, default: override].hidden.append(hidden)
        }
        for override in overrides.values { findings.report(draft(override)) }
    }

    /// What wins, and what it hides.
    private func override(_ prompt: EffectivePrompt) -> (Override, hidden: EffectivePrompt.Prompt)? {
        guard let hidden = prompt.hidden, let winner = prompt.winner, let text = winner.text,
            case .parameter(let field, let isMapped) = winner.source
        else { return nil }
        let reason: Reason = isWrittenByStep(prompt.unit) ? .stepPromptOverride : .promptOverride
        return (Override(field: field, reason: reason, prompt: text, isMapped: isMapped, hidden: []), hidden)
    }

    private func draft(_ override: Override) -> RuleFindings.Draft {
        let first = override.hidden[0]
        let others = Set(override.hidden.map(\.source.text)).count - 1
        let hidden = Self.description(of: first) + (others > 0 ? " and \(others) more" : "")
        let length = override.prompt.length
        let subject =
            override.isMapped
            ? "this value (\(length) characters) is mapped onto the prompt by the contract and overrides"
            : "this prompt (\(length) characters) overrides"
        var remedy = "remove it, or move its content into the ImplementationSpec"
        if case .inline = first.source { remedy = "remove it, or move its content into the inline text" }
        let sha256 = override.prompt.sha256
        return RuleFindings.Draft(
            reason: override.reason,
            field: override.field,
            message: "\(subject) \(hidden), which the agent will not see",
            remedy: remedy,
            values: override.hidden.map { Self.identity(sha256, hides: $0) }
        )
    }

    private func isWrittenByStep(_ unit: RunUnit) -> Bool {
        if case .step = unit.metadata[.prompt]?.origin { true } else { false }
    }

    private static func description(of hidden: EffectivePrompt.Prompt) -> String {
        let length = hidden.text.map { "\($0.length) characters" } ?? "length unknown"
        switch hidden.source {
        case .specification(let name, let member):
            return "ImplementationSpec \(VisibleText.quoted(name)) .spec.\(member) (\(length))"
        case .inline(let path), .parameter(let path, _): return "the inline text at \(path.text) (\(length))"
        }
    }

    /// The prompt with what it hides.
    private static func identity(_ prompt: String, hides hidden: EffectivePrompt.Prompt) -> ExactString {
        let place =
            switch hidden.source {
            case .specification(let name, let member): ExactString("ImplementationSpec/\(name) .spec.\(member)")
            case .inline(let path), .parameter(let path, _): path.identity
            }
        return ExactString("\(prompt) \(place) \(hidden.text?.sha256 ?? "")")
    }

    // MARK: Where it is refused

    private func checkForbiddenKeys(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        for (place, entry) in run.run.spec.parameters.entries.enumerated() where entry.isPromptInAnyCase {
            let outcome = ControllerOutcome(.parameters, .forbiddenParameterKey, place: place)
            report(entry, at: FieldPath("spec.parameters").member(entry.key), outcome, &findings)
        }
        for unit in run.stepUnits {
            guard let step = unit.step else { continue }
            for (place, entry) in step.parameters.entries.enumerated() where entry.isPromptInAnyCase {
                guard entry.isString else { continue }
                let outcome = ControllerOutcome.ofParameter(.forbiddenParameterKey, of: step, at: place)
                report(entry, at: FieldPath(step: step, ".parameters").member(entry.key), outcome, &findings)
            }
        }
    }

    private func report(
        _ entry: Parameters.Entry,
        at field: FieldPath,
        _ outcome: ControllerOutcome,
        _ findings: inout RuleFindings
    ) {
        findings.report(
            .forbiddenParameterKey,
            field,
            "Forbidden: the controller refuses the parameter key \(VisibleText.quoted(entry.key))",
            "remove it and put the text into the ImplementationSpec",
            entry.value.identity,
            outcome
        )
    }
}

extension RuleID {
    package static let promptOverride = PromptOverride.id
}

extension Reason {
    static let promptOverride = Reason(
        "PromptOverride",
        meaning: "`parameters.prompt` wins over the text of the whole run (2026-02)",
        example: "spec.parameters.prompt: \"do the first task\"",
        fix: "remove it, or move its content into the ImplementationSpec",
        mend: .parameterRemoval
    )
    static let stepPromptOverride = Reason(
        "StepPromptOverride",
        meaning: "a step's own `prompt` wins over the step's text (2026-02)",
        example: "spec.workflow.steps[0].parameters.prompt: \"only lint\"",
        fix: "remove it, or move its content into the ImplementationSpec",
        mend: .parameterRemoval
    )
    static let forbiddenParameterKey = Reason(
        "ForbiddenParameterKey",
        action: .deny,
        meaning: "a key that is `prompt` in any case is refused (2026-08)",
        example: "spec.parameters: {\" Prompt \": x}",
        fix: "remove it and put the text into the ImplementationSpec",
        mend: .removal
    )
}

extension Mend {
    /// What is mapped from the implementation's source is not a parameter that could be removed.
    fileprivate static let parameterRemoval = Mend { mended in
        mended.isExact && mended.path.contains("parameters") ? [.remove(path: mended.pointer)] : []
    }
}
