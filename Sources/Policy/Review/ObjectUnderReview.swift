internal import AgentRuns
internal import JSONPull

/// An object that is judged but is no run; for runs see ``RunUnderReview``.
enum ObjectUnderReview {
    case implementationSpec(ImplementationSpec, generation: Generation)
    case agent(Agent)
    case versionControlProvider(VersionControlProvider)
    case agentProvider(AgentProviderDraft, generation: Generation)

    /// Reads an object of `kind`; nil for a run.
    static func read(
        _ kind: JudgedKind,
        _ reader: inout JSONReader,
        generation: Generation
    ) throws(JSONError) -> ObjectUnderReview? {
        switch kind {
        case .agentRun:
            try reader.skipValue()
            return nil
        case .implementationSpec: return .implementationSpec(try ImplementationSpec(&reader), generation: generation)
        case .agent: return .agent(try Agent(&reader))
        case .versionControlProvider: return .versionControlProvider(try VersionControlProvider(&reader))
        case .agentProvider: return .agentProvider(try AgentProviderDraft(&reader), generation: generation)
        }
    }

    /// `metadata`, which tells name and namespace as written.
    var metadata: ObjectMeta {
        switch self {
        case .implementationSpec(let spec, _): spec.metadata
        case .agent(let agent): agent.metadata
        case .versionControlProvider(let provider): provider.metadata
        case .agentProvider(let provider, _): provider.metadata
        }
    }
}
