internal import AgentRuns
internal import JSONPull
internal import Policy

/// What a judgement asks of the cluster state; all of it about one namespace.
enum LookupQuestion: Hashable, Sendable {
    case condition(bindings: Bool)
    case isKnown(ReferencedKind)
    case implementation(ExactString)
    case agent(ExactString)
    case agentProvider(ExactString)
    case versionControlProvider(ExactString)
    case memory(ExactString)
    case defaultMemory
    case secretBindings
    case secret(ExactString)
    case idempotencyKey(IdempotencyKey, otherThan: ExactString)
    case runCounts(agent: ExactString?, repository: ExactString?, otherThan: ExactString)
    case branch(BranchKey, otherThan: ExactString, scope: ExactString?)
    case branchPath(BranchKey, otherThan: ExactString, scope: ExactString?)
    case jobName(of: ExactString)

    /// As a person reads it.
    var text: String {
        switch self {
        case .condition: "how old the cluster state is"
        case .isKnown(let kind): "whether objects of kind \(kind.rawValue) are known"
        case .implementation(let name): "ImplementationSpec \(VisibleText.quoted(name))"
        case .agent(let name): "Agent \(VisibleText.quoted(name))"
        case .agentProvider(let name): "AgentProvider \(VisibleText.quoted(name))"
        case .versionControlProvider(let name): "VersionControlProvider \(VisibleText.quoted(name))"
        case .memory(let name): "Memory \(VisibleText.quoted(name))"
        case .defaultMemory: "the default Memory"
        case .secretBindings: "the SecretBindings"
        case .secret(let name): "whether there is a Secret \(VisibleText.quoted(name))"
        case .idempotencyKey: "which runs have the idempotency key"
        case .runCounts: "how many runs there are"
        case .branch(let key, _, _): "which runs hold branch \(VisibleText.quoted(key.head))"
        case .branchPath(let key, _, _): "which runs hold branches above or below \(VisibleText.quoted(key.head))"
        case .jobName: "which runs have Jobs of the same name"
        }
    }
}

/// What the cluster state says to a ``LookupQuestion``.
enum LookupAnswer: Sendable {
    case condition(StateCondition)
    case flag(Bool)
    case implementation(Implementation?)
    case agent(Agent?)
    case agentProvider(AgentProvider?)
    case versionControlProvider(VersionControlProvider?)
    case memory(Memory?)
    case secretBindings([SecretBinding])
    case idempotencyKey(IdempotencyKeyHolders?)
    case runCounts(RunCounts)
    case branch(BranchHolders?)
    case branchPath(BranchPathHolders?)
    case jobName(BranchHolders?)
}
