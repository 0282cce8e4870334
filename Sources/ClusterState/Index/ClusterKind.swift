/// The kinds the cluster state keeps.
package enum ClusterKind: String, Sendable, CaseIterable {
    case agentRun = "AgentRun"
    case implementationSpec = "ImplementationSpec"
    case agent = "Agent"
    case agentProvider = "AgentProvider"
    case versionControlProvider = "VersionControlProvider"
    case memory = "Memory"
    case secretBinding = "SecretBinding"
    /// Of which only the name is kept.
    case secret = "Secret"

    /// The API group the kind belongs to.
    package var group: String {
        switch self {
        case .secretBinding: "security.proompteng.ai"
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
        case .secret: "secrets"
        }
    }

    /// The version of its API group.
    package var version: String { self == .secret ? "v1" : "v1alpha1" }

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
