internal import AgentRuns
internal import JSONPull

/// The system prompt of a run, or an Agent's default: whether it may be given there, and can be used
/// (`controller-semantics.md` section 6).
struct SystemPrompt: Rule {
    static let descriptor = RuleDescriptor(
        id: "system-prompt",
        title: "A system prompt where none may be, or that cannot be used",
        action: .deny,
        kinds: [.agentRun, .agent],
        reasons: [
            .systemPromptOverrideNotAllowed, .missingSystemPromptConfiguration, .ambiguousSystemPrompt,
            .invalidSystemPromptRef, .invalidSystemPrompt, .systemPromptTooLong,
        ],
        asks: [.agent]
    )

    /// Longest inline prompt, in UTF-16 code units.
    static let maximumLength = 16_384

    init(options: inout PolicyEntry) {}

    /// A prompt and a reference beside each other, and where they are written.
    private struct Pair {
        var text: SystemPromptText
        var reference: SystemPromptRef?
        var textField: FieldPath
        var referenceField: FieldPath
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let spec = run.run.spec
        guard run.generation.takesSystemPromptOfRun else {
            checkOverride(run.run.spec, &findings)
            checkDefault(run, &findings)
            return
        }
        if spec.systemPrompt == .absent, spec.systemPromptRef == nil { return }
        let pair = Pair(
            text: spec.systemPrompt,
            reference: spec.systemPromptRef,
            textField: FieldPath("spec.systemPrompt"),
            referenceField: FieldPath("spec.systemPromptRef")
        )
        checkAmbiguity(pair, &findings)
        checkShape(pair, isRun: true, &findings)
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        guard case .agent(let agent) = object else { return }
        let pair = Pair(
            text: agent.spec.systemPrompt,
            reference: agent.spec.systemPromptRef,
            textField: FieldPath("spec.defaults.systemPrompt"),
            referenceField: FieldPath("spec.defaults.systemPromptRef")
        )
        checkShape(pair, isRun: false, &findings)
    }

    // MARK: A run's own, and an Agent's

    private func checkAmbiguity(_ pair: Pair, _ findings: inout RuleFindings) {
        guard pair.text != .absent, pair.reference != nil else { return }
        findings.report(
            .ambiguousSystemPrompt,
            pair.textField,
            "Forbidden: systemPrompt and systemPromptRef are both set, and the reference wins",
            "remove one of them",
            pair.text.identity
        )
    }

    private func checkShape(_ pair: Pair, isRun: Bool, _ findings: inout RuleFindings) {
        func outcome(_ reason: Reason, isReached: Bool) -> ControllerOutcome? {
            isRun && isReached ? ControllerOutcome(.systemPrompt, reason) : nil
        }
        if let reference = pair.reference, !reference.isWellFormed {
            findings.report(
                .invalidSystemPromptRef,
                pair.referenceField,
                "Invalid value: must be an object with kind Secret or ConfigMap, name and key",
                "complete it",
                reference.text,
                outcome(.invalidSystemPromptRef, isReached: true)
            )
        }
        // The controller takes a reference first and never looks behind it.
        let isReached = pair.reference == nil
        switch pair.text {
        case .absent, .blank: break
        case .notText(let kind, _):
            let message = "Invalid value: must be a string, and this is of type \(kind.rawValue)"
            let outcome = outcome(.invalidSystemPrompt, isReached: isReached)
            let value = pair.text.identity
            findings.report(.invalidSystemPrompt, pair.textField, message, "write it as text", value, outcome)
        case .text, .measured:
            guard let length = pair.text.utf16Length(over: Self.maximumLength) else { return }
            findings.report(
                .systemPromptTooLong,
                pair.textField,
                "Too long: \(length) UTF-16 code units, and the controller takes at most "
                    + "\(Self.maximumLength)",
                "shorten it, or put it into a ConfigMap and refer to that",
                pair.text.identity,
                outcome(.systemPromptTooLong, isReached: isReached)
            )
        }
    }

    // MARK: The Agent's alone

    private func checkOverride(_ spec: AgentRun.Spec, _ findings: inout RuleFindings) {
        let message = "Forbidden: the controller takes the system prompt from the Agent's defaults alone"
        let remedy = "remove it; change spec.defaults of the Agent if all its runs need it"
        if spec.systemPrompt != .absent {
            // A blank one is passed over.
            let outcome = spec.systemPrompt.isBlank ? nil : Self.override
            let value = spec.systemPrompt.identity
            let field = FieldPath("spec.systemPrompt")
            findings.report(.systemPromptOverrideNotAllowed, field, message, remedy, value, outcome)
        }
        if let reference = spec.systemPromptRef {
            let field = FieldPath("spec.systemPromptRef")
            findings.report(.systemPromptOverrideNotAllowed, field, message, remedy, reference.text, Self.override)
        }
    }

    private static let override = ControllerOutcome(.systemPrompt, .systemPromptOverrideNotAllowed)

    private func checkDefault(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard let agent = run.agent, agent.spec.systemPromptRef == nil,
            agent.spec.systemPrompt == .absent || agent.spec.systemPrompt.isBlank
        else { return }
        let name = run.run.spec.agentName ?? ""
        findings.report(
            .missingSystemPromptConfiguration,
            FieldPath("spec.agentRef.name"),
            "Required value: Agent \(VisibleText.quoted(name)) has no default system prompt",
            "set spec.defaults.systemPrompt or spec.defaults.systemPromptRef of the Agent",
            name,
            ControllerOutcome(.systemPrompt, .missingSystemPromptConfiguration)
        )
    }
}

extension SystemPromptText {
    /// What tells two of them apart; never the text itself.
    fileprivate var identity: ExactString {
        switch self {
        case .absent: ""
        case .blank(let text): OffendingValue.joining("blank", text)
        case .text(let text): ExactString(PromptText.text(text).sha256)
        case .notText(let kind, let identity): OffendingValue.joining(ExactString(kind.rawValue), identity)
        case .measured(let text): text.identity
        }
    }
}

extension RuleID {
    package static let systemPrompt = SystemPrompt.id
}

extension ControllerOutcome.Check {
    static let systemPrompt = Self(210, workflow: 200)
}

extension Reason {
    static let systemPromptOverrideNotAllowed = Reason(
        "SystemPromptOverrideNotAllowed",
        meaning: "a run may bring no system prompt (2026-08)",
        example: "spec.systemPrompt: \"be brief\"",
        fix: "set the Agent's defaults",
        mend: .removal
    )
    static let missingSystemPromptConfiguration = Reason(
        "MissingSystemPromptConfiguration",
        meaning: "the Agent has no default system prompt (2026-08)",
        example: "an Agent without spec.defaults",
        fix: "set spec.defaults.systemPrompt or systemPromptRef of the Agent"
    )
    static let ambiguousSystemPrompt = Reason(
        "AmbiguousSystemPrompt",
        meaning: "both forms are set; the reference wins (2026-02)",
        example: "systemPrompt and systemPromptRef",
        fix: "remove one of them",
        mend: .removal
    )
    static let invalidSystemPromptRef = Reason(
        "InvalidSystemPromptRef",
        meaning: "not an object with kind, name and key",
        example: "systemPromptRef: {kind: Pod, name: x, key: y}",
        fix: "kind Secret or ConfigMap, name and key"
    )
    static let invalidSystemPrompt = Reason(
        "InvalidSystemPrompt",
        meaning: "not a string",
        example: "systemPrompt: 7",
        fix: "write it as text"
    )
    static let systemPromptTooLong = Reason(
        "SystemPromptTooLong",
        meaning: "more than 16,384 UTF-16 code units",
        example: "a very long systemPrompt",
        fix: "shorten it, or refer to a ConfigMap"
    )
}
