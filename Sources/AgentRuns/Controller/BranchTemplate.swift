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
        let metadata = unit.metadata
        let derived = TokenMembers.Layer.derived(derived(of: metadata))
        let map = TokenMembers(.given(metadata), derived)
        let run: [TokenMembers.Entry] = [("name", .text(run.name)), ("namespace", .text(namespace))]
        let mapOfEvent: [TokenMembers.Entry] = [("map", .members(map))]
        let ofEvent: [TokenMembers.Entry] = [("metadata", .members(TokenMembers(.entries(mapOfEvent))))]
        let event = TokenMembers(.derived(event(of: metadata, generation)), .entries(map.isEmpty ? [] : ofEvent))
        let maps: [TokenMembers.Entry] = [
            ("agentRun", .members(TokenMembers(.entries(run)))),
            ("parameters", .members(TokenMembers(.parameters(metadata)))), ("metadata", .members(map)),
            ("event", .members(event)),
        ]
        let names = TokenMembers(.given(metadata), derived, .parameters(metadata), .entries(maps))
        return TokenRenderer(names).replacingBraces(in: template)
    }

    /// What nothing but the implementation's texts gives.
    private static func derived(of metadata: RunMetadata) -> DerivedNames {
        DerivedNames([.issueTitle, .issueBody, .prompt]) { metadata.has($0) ? nil : metadata.derived($0) }
    }

    /// What resolved, where it has a value.
    private static func event(of metadata: RunMetadata, _ generation: Generation) -> DerivedNames {
        DerivedNames([
            .prompt, .repository, .issueNumber, .issueTitle, .issueBody, .issueUrl, .base, .head, .stage,
        ]) { value(of: $0, metadata, generation) }
    }

    /// A controller that renders texts knows no prompt here but the implementation's, and renders a title and a body that a
    /// parameter gives.
    private static func value(
        of name: ParameterName,
        _ metadata: RunMetadata,
        _ generation: Generation
    ) -> TokenValue? {
        let given = metadata.text(name)
        guard generation.rendersTexts else { return given.map { .text($0) } ?? metadata.derived(name) }
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
