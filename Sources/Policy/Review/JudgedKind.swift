internal import AdmissionAPI
internal import JSONPull

/// The kinds there are rules for.
package enum JudgedKind: String, CaseIterable, Sendable {
    case agentRun = "AgentRun"
    case implementationSpec = "ImplementationSpec"
    case agent = "Agent"
    case versionControlProvider = "VersionControlProvider"
    case agentProvider = "AgentProvider"

    /// The kind `kind` of an object in a file; nil for one that is not judged.
    init?(group: ExactString, version: ExactString, kind: ExactString) {
        guard group == PolicyEngine.group, version == PolicyEngine.version else { return nil }
        self.init(rawValue: kind.string)
    }

    /// The kind kept in a collection; nil for one that is not judged.
    init?(_ resource: GroupVersionResource) {
        guard resource.group == PolicyEngine.group, resource.version == PolicyEngine.version else { return nil }
        switch resource.resource {
        case "agentruns": self = .agentRun
        case "implementationspecs": self = .implementationSpec
        case "agents": self = .agent
        case "versioncontrolproviders": self = .versionControlProvider
        case "agentproviders": self = .agentProvider
        default: return nil
        }
    }
}
