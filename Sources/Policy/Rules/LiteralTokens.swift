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
        /// Whether the text is no prompt, but a head, a base or a repository.
        var isParameter = false
        var tokens: [ExactString] = []
        private var seen: Set<ExactString> = []

        init(_ reason: Reason, _ field: FieldPath, isParameter: Bool = false) {
            (self.reason, self.field, self.isParameter) = (reason, field, isParameter)
        }

        mutating func add(_ more: [ExactString]) {
            for token in more where seen.insert(token).inserted { tokens.append(token) }
        }
    }

    /// Steps that share a text share its finding.
    private struct Groups {
        private struct Key: Hashable {
            var reason: Reason
            var field: FieldPath.Key
        }

        private(set) var all: [Group] = []
        private var places: [Key: Int] = [:]

        mutating func add(_ tokens: [ExactString], _ reason: Reason, _ field: FieldPath, isParameter: Bool = false) {
            if tokens.isEmpty { return }
            let key = Key(reason: reason, field: field.key)
            let place = places[key] ?? all.count
            if place == all.count {
                places[key] = place
                all.append(Group(reason, field, isParameter: isParameter))
            }
            all[place].add(tokens)
        }
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var groups = Groups()
        for prompt in run.prompts {
            guard let written = prompt.written, let tokens = written.text?.tokens, !tokens.isEmpty,
                let field = field(of: written, prompt.unit)
            else { continue }
            for (reason, names) in Self.unreplaced(tokens, prompt.unit, run.generation) {
                groups.add(names, reason, field)
            }
        }
        for unit in run.units { Self.checkPlaces(unit, &groups) }
        for group in groups.all { report(group, run.generation, &findings) }
    }

    /// Where the unit works: no controller replaces anything in a parameter.
    private static func checkPlaces(_ unit: RunUnit, _ groups: inout Groups) {
        for name in [ParameterName.repository, .base, .head] {
            // The runner takes the branch only where there is no head.
            guard let value = unit.metadata[name] ?? (name == .head ? unit.metadata[.branch] : nil),
                value.text.holdsLiteralToken, let field = unit.field(of: value)
            else { continue }
            let names = PromptTokens(in: value.text).allDollarBraces
            groups.add(names.map { ExactString("${\($0)}") }, .literalToken, field, isParameter: true)
        }
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        // 2026-08 looks names up in the run, and here there is none.
        guard case .implementationSpec(let spec, .february2026) = object, let implementation = spec.implementation,
            let text = implementation.text ?? implementation.summary
        else { return }
        let names = text.tokens.allDollarBraces.map { ExactString("${\($0)}") }
        if names.isEmpty { return }
        let field = FieldPath(implementation.text == nil ? "spec.summary" : "spec.text")
        var group = Group(.literalToken, field)
        group.add(names)
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
        // 2026-08 replaces what stands in braces.
        let variables = generation == .august2026 ? tokens.shellVariables : tokens.allShellVariables
        let keys = variables.isEmpty ? [] : Set(unit.metadata.parameters.map(\.key))
        let shellTokens = variables.filter(keys.contains).map { ExactString("$\($0)") }
        guard generation == .august2026 else {
            return [
                (.literalToken, tokens.allDollarBraces.map { ExactString("${\($0)}") }), (.shellVariable, shellTokens),
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
        case _ where group.isParameter:
            (what, remedy) = ("stays as written: the controller never expands a parameter", "write the value out")
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
