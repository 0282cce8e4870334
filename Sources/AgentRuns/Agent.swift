package import JSONPull

/// `Agent`: which provider, memory and version control a run gets, and what it may use.
package struct Agent: Sendable {
    package var metadata = ObjectMeta.absent
    /// `spec.providerRef.name`.
    package var providerName: ExactString?
    /// `spec.memoryRef.name`.
    package var memoryRefName: ExactString?
    /// `spec.vcsRef.name`.
    package var vcsRefName: ExactString?
    /// `spec.security.allowedSecrets`; empty is unrestricted.
    package var allowedSecrets: [ExactString] = []
    /// `spec.security.allowedServiceAccounts`; empty is unrestricted.
    package var allowedServiceAccounts: [ExactString] = []
    /// `spec.security.allowedImplementationSourceProviders` (2026-08), lower-cased; empty is unrestricted.
    package var allowedImplementationSources: [ExactString] = []
    /// `spec.defaults.systemPrompt`.
    package var systemPrompt = SystemPromptText.absent
    /// `spec.defaults.systemPromptRef`.
    package var systemPromptRef: SystemPromptRef?

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var agent = Agent()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": agent.metadata = try ObjectMeta(&reader)
            case "spec": try agent.readSpec(&reader)
            default: try reader.skipValue()
            }
        }
        self = agent
    }

    private init() {}

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        var agent = Agent()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "providerRef": agent.providerName = try reader.readReferenceName()
            case "memoryRef": agent.memoryRefName = try reader.readReferenceName()
            case "vcsRef": agent.vcsRefName = try reader.readReferenceName()
            case "security": try agent.readSecurity(&reader)
            case "defaults": try agent.readDefaults(&reader)
            default: try reader.skipValue()
            }
        }
        agent.metadata = metadata
        self = agent
    }

    private mutating func readSecurity(_ reader: inout JSONReader) throws(JSONError) {
        var agent = self
        (agent.allowedSecrets, agent.allowedServiceAccounts, agent.allowedImplementationSources) = ([], [], [])
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "allowedSecrets": agent.allowedSecrets = try reader.readList()
            case "allowedServiceAccounts": agent.allowedServiceAccounts = try reader.readList()
            case "allowedImplementationSourceProviders":
                agent.allowedImplementationSources = try reader.readList().map(\.asciiLowercased)
            default: try reader.skipValue()
            }
        }
        self = agent
    }

    private mutating func readDefaults(_ reader: inout JSONReader) throws(JSONError) {
        var agent = self
        (agent.systemPrompt, agent.systemPromptRef) = (.absent, nil)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "systemPrompt": agent.systemPrompt = try SystemPromptText(&reader)
            case "systemPromptRef": agent.systemPromptRef = try SystemPromptRef.read(&reader)
            default: try reader.skipValue()
            }
        }
        self = agent
    }
}

extension JSONReader {
    /// `list(x.member)` of an object.
    mutating func readList(member: StaticString) throws(JSONError) -> [ExactString] {
        var list: [ExactString] = []
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case member: list = try reader.readList()
            default: try reader.skipValue()
            }
        }
        return list
    }
}
