internal import AgentRuns
internal import JSONPull

/// Text that an agent reads and no reviewer sees.
struct HiddenCharacters: Rule {
    static let descriptor = RuleDescriptor(
        id: "hidden-text",
        title: "Characters in texts that nobody sees, or that turn their order around",
        action: .warn,
        kinds: [.agentRun, .implementationSpec, .agent],
        reasons: [.hiddenText, .bidirectionalText]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let spec = run.run.spec
        check(spec.parameters, FieldPath("spec.parameters"), &findings)
        if let inline = spec.implementation.inline {
            check(inline, &findings) { FieldPath("spec.implementation.inline").appending($0) }
        }
        report(spec.systemPrompt.suspect, FieldPath("spec.systemPrompt"), &findings)
        if run.generation.hasGoals { report(spec.goal?.suspectObjective, FieldPath("spec.goal.objective"), &findings) }
        guard run.run.isWorkflow else { return }
        for step in run.run.steps(generation: run.generation) {
            check(step.parameters, FieldPath(step: step, ".parameters"), &findings)
            if let inline = step.implementation.inline {
                check(inline, &findings) { FieldPath(step: step, ".implementation.inline").appending($0) }
            }
        }
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        switch object {
        case .implementationSpec(let spec, _):
            if let implementation = spec.implementation {
                check(implementation, &findings) { FieldPath("spec").appending($0) }
            }
        case .agent(let agent):
            report(agent.spec.systemPrompt.suspect, FieldPath("spec.defaults.systemPrompt"), &findings)
        case .versionControlProvider, .agentProvider: break
        }
    }

    private func check(_ parameters: Parameters, _ map: FieldPath, _ findings: inout RuleFindings) {
        for index in parameters.entries.indices {
            guard let suspect = parameters.entries[index].value.suspect else { continue }
            report(suspect, map.member(parameters.entries[index].key), &findings)
        }
    }

    /// `field` makes the path of a member, which starts with a dot.
    private func check(
        _ implementation: Implementation,
        _ findings: inout RuleFindings,
        field: (StaticString) -> FieldPath
    ) {
        if let suspect = implementation.text?.suspect { report(suspect, field(".text"), &findings) }
        if let suspect = implementation.summary?.suspect { report(suspect, field(".summary"), &findings) }
        guard let suspects = implementation.suspects else { return }
        report(suspects.description, field(".description"), &findings)
        for criterion in suspects.acceptanceCriteria {
            report(criterion.text, field(".acceptanceCriteria").appending(item: criterion.index), &findings)
        }
    }

    private func report(_ suspect: SuspectText?, _ field: FieldPath, _ findings: inout RuleFindings) {
        guard let suspect else { return }
        if let marks = suspect.hidden.hidden {
            let message = "Invalid value: \(Self.characters(marks.count)) that nobody sees (\(Self.kinds(marks)))"
            report(.hiddenText, field, message, marks, suspect, &findings)
        }
        if let marks = suspect.hidden.bidirectional {
            let message =
                "Invalid value: \(Self.characters(marks.count)) by which it reads in another order than it is written"
            report(.bidirectionalText, field, message, marks, suspect, &findings)
        }
    }

    private func report(
        _ reason: Reason,
        _ field: FieldPath,
        _ message: String,
        _ marks: HiddenText.Marks,
        _ suspect: SuspectText,
        _ findings: inout RuleFindings
    ) {
        let place = "\(marks.count == 1 ? "at" : "the first at") \(marks.position)"
        findings.report(reason, field, "\(message), \(place)", "remove what is not seen", suspect.identity)
    }

    private static func characters(_ count: Int) -> String { count == 1 ? "a character" : "\(count) characters" }

    private static func kinds(_ marks: HiddenText.Marks) -> String {
        HiddenText.Kind.allCases.compactMap { kind in marks.counts[kind].map { "\($0) \(kind.rawValue)" } }
            .joined(separator: ", ")
    }
}

extension RuleID {
    package static let hiddenText = HiddenCharacters.id
}

extension Reason {
    static let hiddenText = Reason(
        "HiddenText",
        meaning: "characters that the agent reads and a reviewer does not see",
        example: "a text with a zero width space (U+200B) in it",
        fix: "remove them"
    )
    static let bidirectionalText = Reason(
        "BidirectionalText",
        meaning: "characters by which a text is shown in another order than it is written",
        example: "a text with a right-to-left override (U+202E) in it",
        fix: "remove them"
    )
}
