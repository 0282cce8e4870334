internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// Tokens in a prompt that nobody replaces as their author meant (`controller-semantics.md` section 7).
struct LiteralTokens: Rule {
    static let descriptor = RuleDescriptor(
        id: "literal-tokens",
        title: "Tokens in a prompt, a head, a base or a repository that nobody replaces",
        action: .warn,
        kinds: [.agentRun, .implementationSpec],
        reasons: [.literalToken, .emptyToken, .shellVariable],
        asks: [.implementationSpec]
    )

    /// Tokens named in one message.
    private static let maximumTokens = 5

    init(options: inout PolicyEntry) {}

    /// The tokens of one reason in one text.
    private struct Group {
        /// What tells groups apart.
        struct Key: Hashable {
            var reason: Reason
            var field: FieldPath.Key
        }

        var reason: Reason
        var field: FieldPath
        /// Whether the text is no prompt, but a head, a base or a repository.
        var isParameter = false
        private(set) var tokens: OrderedSet<ExactString> = []
        /// Places of ``tokens`` in the list of the text's names: a text that many steps share is told once.
        private var places: Set<Int> = []

        init(_ reason: Reason, _ field: FieldPath, isParameter: Bool = false) {
            (self.reason, self.field, self.isParameter) = (reason, field, isParameter)
        }

        /// Adds those of `names`, of the one text at the field, that `isMeant` is true of, as they are written.
        mutating func add(
            _ names: [ExactString],
            where isMeant: (ExactString) -> Bool = { _ in true },
            written: (ExactString) -> String
        ) {
            if places.count == names.count { return }
            for (place, name) in names.enumerated() where !places.contains(place) && isMeant(name) {
                places.insert(place)
                tokens.append(ExactString(written(name)))
            }
        }
    }

    /// Steps that share a text share its finding.
    private typealias Groups = OrderedDictionary<Group.Key, Group>

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var groups: Groups = [:]
        for prompt in run.prompts {
            guard let written = prompt.written, let tokens = written.text?.tokens, !tokens.isEmpty,
                let field = field(of: written, prompt.unit)
            else { continue }
            Self.addUnreplaced(tokens, field, prompt.unit, run.generation, &groups)
        }
        checkPlaces(of: run, &groups)
        for group in groups.values where !group.tokens.isEmpty { report(group, run.generation, &findings) }
    }

    /// Where the units work: no controller replaces anything in a parameter.
    private func checkPlaces(of run: RunUnderReview, _ groups: inout Groups) {
        var (repositories, bases, heads) = (SeenParameters(), SeenParameters(), SeenParameters())
        for unit in run.units {
            Self.checkPlace(.repository, of: unit, &repositories, &groups)
            Self.checkPlace(.base, of: unit, &bases, &groups)
            // The runner takes the branch only where there is no head.
            Self.checkPlace(unit.metadata.has(.head) ? .head : .branch, of: unit, &heads, &groups)
        }
    }

    /// The run's parameters that gave units before the same place.
    private typealias SeenParameters = SeenOnce<RunMetadata.RunParameter>

    private static func checkPlace(
        _ name: ParameterName,
        of unit: RunUnit,
        _ seen: inout SeenParameters,
        _ groups: inout Groups
    ) {
        if let parameter = unit.metadata.runParameter(name), !seen.insert(parameter) { return }
        guard unit.metadata.hasDollar(in: name), let value = unit.metadata[name], value.text.holdsLiteralToken,
            let field = unit.field(of: value)
        else { return }
        let names = PromptTokens(in: value.text).allDollarBraces
        let key = Group.Key(reason: .literalToken, field: field.key)
        groups[key, default: Group(.literalToken, field, isParameter: true)].add(names) { "${\($0)}" }
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        // One that renders looks names up in the run, and here there is none.
        guard case .implementationSpec(let spec, let generation) = object, !generation.rendersTexts,
            let implementation = spec.implementation,
            let text = implementation.text ?? implementation.summary
        else { return }
        let names = text.tokens.allDollarBraces
        if names.isEmpty { return }
        let field = FieldPath(implementation.text == nil ? "spec.summary" : "spec.text")
        var group = Group(.literalToken, field)
        group.add(names) { "${\($0)}" }
        report(group, generation, &findings)
    }

    private func field(of prompt: EffectivePrompt.Prompt, _ unit: RunUnit) -> FieldPath? {
        switch prompt.source {
        case .parameter(let path, _), .inline(let path): path
        case .specification: unit.implementationField(".text")
        }
    }

    /// Adds the tokens of `unit`'s prompt that nothing sensible comes of.
    private static func addUnreplaced(
        _ tokens: PromptTokens,
        _ field: FieldPath,
        _ unit: RunUnit,
        _ generation: Generation,
        _ groups: inout Groups
    ) {
        let place = field.key
        lazy var context = PromptContext(unit)
        func add(_ names: [ExactString], _ reason: Reason, _ written: (ExactString) -> String) {
            if names.isEmpty { return }
            let isMeant: (ExactString) -> Bool =
                switch reason {
                case .shellVariable: unit.metadata.hasParameter
                case .emptyToken: { [.absent, .empty].contains(context.braces($0)) }
                case _ where generation.rendersTexts: { context.dollarBraces($0) == .absent }
                default: { _ in true }
                }
            groups[Group.Key(reason: reason, field: place), default: Group(reason, field)]
                .add(names, where: isMeant, written: written)
        }
        let replacesBraces = generation.rendersTexts
        add(replacesBraces ? tokens.dollarBraces : tokens.allDollarBraces, .literalToken) { "${\($0)}" }
        if replacesBraces { add(tokens.braces, .emptyToken) { "{{ \($0) }}" } }
        add(replacesBraces ? tokens.shellVariables : tokens.allShellVariables, .shellVariable) { "$\($0)" }
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
        case _ where !generation.rendersTexts:
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
            message: wording(group.tokens.elements),
            remedy: remedy,
            values: group.tokens.elements,
            wording: wording
        )
        findings.report(draft)
    }
}

extension RuleID {
    package static let literalTokens = LiteralTokens.id
}

extension Reason {
    static let literalToken = Reason(
        "LiteralToken",
        meaning: "`${name}` stays as written, in a prompt or in a head, a base or a repository",
        example: "text: \"fix ${issue}\"",
        fix: "write the value out, or set the parameter (2026-08)"
    )
    static let emptyToken = Reason(
        "EmptyToken",
        meaning: "`{{ path }}` becomes nothing (2026-08)",
        example: "text: \"work on {{ branhc }}\"",
        fix: "correct the path, or set the parameter"
    )
    static let shellVariable = Reason(
        "ShellVariable",
        meaning: "`$name` is a parameter's key, but parameters are no environment variables",
        example: "text: \"checkout $head\"",
        fix: "write the value out, or use `${head}` (2026-08)"
    )
}
