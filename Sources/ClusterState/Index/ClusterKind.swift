/// The kinds the cluster state keeps.
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

    /// The API group the kind belongs to.
    package var group: String {
        switch self {
        case .secretBinding: "security.proompteng.ai"
        case .job: "batch"
        case .secret: ""
        default: "agents.proompteng.ai"
        }
    }

    /// The name of the kind in paths and RBAC rules.
    package var resource: String {
        switch self {
        case .agentRun: "agentruns"
        case .implementationSpec: "implementationspecs"
        case .agent: "agents"
        case .agentProvider: "agentproviders"
        case .versionControlProvider: "versioncontrolproviders"
        case .memory: "memories"
        case .secretBinding: "secretbindings"
        case .job: "jobs"
        case .secret: "secrets"
        }
    }

    /// The version of its API group.
    package var version: String {
        switch self {
        case .job, .secret: "v1"
        default: "v1alpha1"
        }
    }

    /// Whether the state is whole without it: where the API refuses it, what it would tell is not known, and nothing more.
    package var isOptional: Bool { self == .job }

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
