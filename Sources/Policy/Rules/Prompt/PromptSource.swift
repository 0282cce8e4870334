internal import AgentRuns
internal import JSONPull

/// Whether it is clear where the prompt comes from, and whether there is one (`controller-semantics.md` section 5).
struct PromptSource: Rule {
    static let descriptor = RuleDescriptor(
        id: "prompt-source",
        title: "Where the prompt comes from is unclear, missing or empty",
        action: .warn,
        reasons: [.ambiguousPromptSource, .emptyPrompt, .missingImplementation],
        asks: [.implementationSpec]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        for unit in run.runAndSteps {
            let choice = unit.step?.implementation ?? run.run.spec.implementation
            if choice.inline != nil, let name = choice.specRefName { reportAmbiguity(name, unit, &findings) }
            checkPresence(unit, run, &findings)
        }
        for prompt in run.prompts where prompt.isBlank && prompt.unit.implementation != nil {
            reportEmpty(prompt, run.generation, &findings)
        }
    }

    private func reportAmbiguity(_ name: ExactString, _ unit: RunUnit, _ findings: inout RuleFindings) {
        let field =
            unit.step.map { FieldPath(step: $0, ".implementationSpecRef") } ?? FieldPath("spec.implementationSpecRef")
        let message = """
            Forbidden: the inline implementation beside it wins, and ImplementationSpec \(VisibleText.quoted(name)) is not \
            read (the guide lists the other order)
            """
        findings.report(.ambiguousPromptSource, field, message, "remove one of the two", name)
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
            findings.report(
                .missingImplementation,
                field,
                message,
                remedy,
                run.run.spec.writtenImplementationSpecRef,
                outcome
            )
        case .reference(let name, let ofStep):
            guard unit.implementation == nil, run.state?.isKnown(.implementationSpec, in: run.namespace) == true,
                let field = unit.implementationField(".text")
            else { return }
            let message = """
                Invalid value: ImplementationSpec \(VisibleText.quoted(name)) not found yet in namespace \
                \(VisibleText.quoted(run.namespace))
                """
            let remedy = "create it before the run starts, or correct the name"
            let outcome =
                ofStep
                ? ControllerOutcome(.implementation, .missingImplementation, startingUnit: unit, of: run.run)
                : ControllerOutcome(.implementation, .missingImplementation)
            findings.report(.missingImplementation, field, message, remedy, name, outcome)
        }
    }

    // MARK: Empty prompts

    private func reportEmpty(_ prompt: EffectivePrompt, _ generation: Generation, _ findings: inout RuleFindings) {
        guard let field = prompt.unit.implementationField(".text") else { return }
        // The codex adapter, `controller-semantics.md` section 5.
        let message =
            generation.hasPromptOfAdapter
            ? """
            Required value: neither a text nor a summary is left; the codex adapter gives the agent the first that is not \
            blank of the text and the summary as written, the issue's and the event's body, at last the whole run as JSON
            """
            : "Required value: neither a text nor a summary is left for the agent to read"
        let remedy = "write the task into the implementation's text"
        findings.report(.emptyPrompt, field, message, remedy, value(of: prompt))
    }

    /// What tells an empty prompt from another: the reference that led to it, else what was written.
    private func value(of prompt: EffectivePrompt) -> ExactString {
        switch prompt.unit.implementationOrigin {
        case .reference(let name, _): name
        case .inline, .none:
            prompt.written?.text.map { ExactString($0.sha256) } ?? prompt.unit.implementation?.writtenText ?? ""
        }
    }
}

extension RuleID {
    package static let promptSource = PromptSource.id
}

extension ControllerOutcome.Check {
    static let implementation = Self(150, workflow: 120)
}

extension Reason {
    static let ambiguousPromptSource = Reason(
        "AmbiguousPromptSource",
        meaning: "inline text and a reference are both set; the inline one wins",
        example: "implementation.inline and implementationSpecRef: {name: design}",
        fix: "remove one of the two",
        mend: .removal
    )
    static let emptyPrompt = Reason(
        "EmptyPrompt",
        meaning: "nothing is left for the agent to read",
        example: "implementation.inline.text: \"{{ unknown }}\" (2026-08)",
        fix: "write the task into the text"
    )
    static let missingImplementation = Reason(
        "MissingImplementation",
        meaning: "neither inline nor a reference, or the ImplementationSpec is not found yet",
        example: "implementationSpecRef: {name: not-there}",
        fix: "create it first, or correct the name"
    )
}
