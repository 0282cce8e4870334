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

    /// The kind `kind` of API group `group`; nil for all others.
    ///
    /// The version makes no difference.
    package init?(group: String, kind: String) {
        guard let known = ClusterKind(rawValue: kind), known.group == group else { return nil }
        self = known
    }
}
