internal import JSONPull

/// `{{ path }}` in `defaults.branchTemplate` (`controller-semantics.md` sections 7 and 8.3).
enum BranchTemplate {
    /// `template` with every `{{ path }}` replaced by what the path names in the run; an unknown path by nothing.
    ///
    /// Nil when it names a text of which only the measures are kept: then nobody can say.
    static func render(
        _ template: ExactString,
        unit: RunUnit,
        run: ObjectMeta,
        namespace: ExactString,
        generation: Generation
    ) -> ExactString? {
        guard template.contains("{{") else { return template }
        let metadata = metadata(of: unit.metadata)
        let parameters = unit.metadata.texts.map { TokenMembers.Entry(key: $0.key, value: .text($0.value)) }
        let names = TokenMembers(
            metadata + parameters + [
                ("agentRun", .members(TokenMembers([("name", run.name), ("namespace", namespace)]))),
                ("parameters", .members(TokenMembers(parameters))), ("metadata", .members(TokenMembers(metadata))),
                ("event", .members(TokenMembers(event(of: unit.metadata, metadata, generation)))),
            ]
        )
        return TokenRenderer(names).replacingBraces(in: template)
    }

    /// The metadata with what is derived.
    private static func metadata(of metadata: RunMetadata) -> [TokenMembers.Entry] {
        let given = metadata.given.map { TokenMembers.Entry(key: $0.key, value: .text($0.value)) }
        let derived = [ParameterName.issueTitle, .issueBody, .prompt].compactMap { name -> TokenMembers.Entry? in
            metadata.has(name) ? nil : metadata.derived(name).map { (name.key, $0) }
        }
        return given + derived
    }

    /// What resolved, where it has a value.
    private static func event(
        of metadata: RunMetadata,
        _ map: [TokenMembers.Entry],
        _ generation: Generation
    ) -> [TokenMembers.Entry] {
        let names: [ParameterName] = [
            .prompt, .repository, .issueNumber, .issueTitle, .issueBody, .issueUrl, .base, .head, .stage,
        ]
        let entries = names.compactMap { name in
            value(of: name, metadata, generation).map { TokenMembers.Entry(key: name.key, value: $0) }
        }
        if map.isEmpty { return entries }
        return entries + [("metadata", .members(TokenMembers([("map", .members(TokenMembers(map)))])))]
    }

    /// 2026-08 knows no prompt but the implementation's, and renders a title and a body that a parameter gives.
    private static func value(
        of name: ParameterName,
        _ metadata: RunMetadata,
        _ generation: Generation
    ) -> TokenValue? {
        let given = metadata.text(name)
        guard generation == .august2026 else { return given.map { .text($0) } ?? metadata.derived(name) }
        switch name {
        case .prompt: return metadata.derived(name)
        case .issueTitle, .issueBody:
            guard let given else { return metadata.derived(name) }
            guard let text = TokenRenderer(PromptContext(metadata).names).rendering(given) else { return .hidden }
            return text.isEmpty ? nil : .text(text)
        default: return given.map { .text($0) }
        }
    }
}
