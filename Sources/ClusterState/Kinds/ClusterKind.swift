internal import AgentRuns

/// The kinds the cluster state keeps.
///
/// All else there is to say of a kind is said by its ``KeptObject``, in a file of its own in this folder.
package enum ClusterKind: String, Sendable, CaseIterable {
    case agentRun = "AgentRun"
    case implementationSpec = "ImplementationSpec"
    case agent = "Agent"
    case agentProvider = "AgentProvider"
    case versionControlProvider = "VersionControlProvider"
    case memory = "Memory"
    case secretBinding = "SecretBinding"
    /// Of which only those are kept that work for a run and have not finished.
    case job = "Job"
    /// Of which only the name is kept.
    case secret = "Secret"

    /// What reads objects of the kind and knows where they are kept.
    var object: any KeptObject.Type {
        switch self {
        case .agentRun: AgentRun.self
        case .implementationSpec: ImplementationSpec.self
        case .agent: Agent.self
        case .agentProvider: AgentProvider.self
        case .versionControlProvider: VersionControlProvider.self
        case .memory: Memory.self
        case .secretBinding: SecretBinding.self
        case .job: RunnerJob.self
        case .secret: KnownSecret.self
        }
    }

    /// The API group the kind belongs to.
    package var group: String { object.group }

    /// The version of its API group.
    package var version: String { object.version }

    /// The name of the kind in paths and RBAC rules.
    package var resource: String { object.resource }

    /// Whether the state is whole without it: where the API refuses it, what it would tell is not known, and nothing more.
    package var isOptional: Bool { object.isOptional }

    /// The kind whose ``resource`` that is; nil for all others.
    package init?(resource: String) {
        guard let kind = Self.allCases.first(where: { $0.resource == resource }) else { return nil }
        self = kind
    }

    /// The kind `kind` of API group `group`; nil for all others.
    ///
    /// The version makes no difference.
    package init?(group: String, kind: String) {
        guard let known = ClusterKind(rawValue: kind), known.group == group else { return nil }
        self = known
    }
}
