internal import AgentRuns
internal import JSONPull

/// Tokens in a prompt that nobody replaces as their author meant (`controller-semantics.md` section 7).
struct LiteralTokens: Rule {
    static let id = RuleID.literalTokens

    /// Tokens named in one message.
    private static let maximumTokens = 5

    init(options: inout PolicyEntry) {}

    /// The tokens of one reason in one text.
    private struct Group {
        var reason: Reason
        var field: FieldPath
        var key: FieldPath.Key
        var tokens: [ExactString]
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var groups: [Group] = []
        for prompt in run.prompts {
            guard let written = prompt.written, let tokens = written.text?.tokens, !tokens.isEmpty,
                let field = field(of: written, prompt.unit)
            else { continue }
            for (reason, names) in Self.unreplaced(tokens, prompt.unit, run.generation) where !names.isEmpty {
                Self.add(names, reason, field, &groups)
            }
        }
        for group in groups { report(group, run.generation, &findings) }
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        // 2026-08 looks names up in the run, and here there is none.
        guard case .implementationSpec(let spec, .february2026) = object, let implementation = spec.implementation,
            let text = implementation.text ?? implementation.summary
        else { return }
        let names = text.tokens.dollarBraces.map { ExactString("${\($0)}") }
        if names.isEmpty { return }
        let field = FieldPath(implementation.text == nil ? "spec.summary" : "spec.text")
        let group = Group(reason: .literalToken, field: field, key: field.key, tokens: names)
        report(group, .february2026, &findings)
    }

    private func field(of prompt: EffectivePrompt.Prompt, _ unit: RunUnit) -> FieldPath? {
        switch prompt.source {
        case .parameter(let path, _), .inline(let path): path
        case .specification: unit.implementationField(".text")
        }
    }

    /// The tokens of `unit`'s prompt that nothing sensible comes of, as written.
    private static func unreplaced(
        _ tokens: PromptTokens,
        _ unit: RunUnit,
        _ generation: Generation
    ) -> [(Reason, [ExactString])] {
        let parameters = unit.metadata.parameters
        let shell = tokens.shellVariables.filter { name in parameters.contains { $0.key == name } }
        let shellTokens = shell.map { ExactString("$\($0)") }
        guard generation == .august2026 else {
            return [
                (.literalToken, tokens.dollarBraces.map { ExactString("${\($0)}") }), (.shellVariable, shellTokens),
            ]
        }
        let context = PromptContext(unit)
        let unknown = tokens.dollarBraces.filter { context.dollarBraces($0) == .absent }
        let empty = tokens.braces.filter { [.absent, .empty].contains(context.braces($0)) }
        return [
            (.literalToken, unknown.map { ExactString("${\($0)}") }),
            (.emptyToken, empty.map { ExactString("{{ \($0) }}") }), (.shellVariable, shellTokens),
        ]
    }

    /// Steps that share a text share its finding.
    private static func add(_ tokens: [ExactString], _ reason: Reason, _ field: FieldPath, _ groups: inout [Group]) {
        let key = field.key
        guard let index = groups.firstIndex(where: { $0.reason == reason && $0.key == key }) else {
            groups.append(Group(reason: reason, field: field, key: key, tokens: tokens))
            return
        }
        for token in tokens where !groups[index].tokens.contains(token) { groups[index].tokens.append(token) }
    }

    private func report(_ group: Group, _ generation: Generation, _ findings: inout RuleFindings) {
        let (what, remedy): (String, String)
        switch group.reason {
        case .emptyToken:
            (what, remedy) = ("names nothing in this run and becomes empty", "set the parameter, or write it out")
        case .shellVariable:
            (what, remedy) = (
                "is not replaced: parameters are no environment variables",
                "write the value out, or use ${name} (2026-08)"
            )
        case _ where generation == .february2026:
            (what, remedy) = ("stays as written: the controller expands nothing", "write the value out")
        default:
            (what, remedy) = ("names nothing in this run and stays as written", "set the parameter, or write it out")
        }
        let wording: RuleFindings.Wording = { tokens in
            "Invalid value: \(TokenName.list(tokens, atMost: Self.maximumTokens)) \(what)"
        }
        let draft = RuleFindings.Draft(
            reason: group.reason,
            field: group.field,
            message: wording(group.tokens),
            remedy: remedy,
            values: group.tokens,
            wording: wording
        )
        findings.report(draft)
    }
}
