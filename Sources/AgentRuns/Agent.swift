package import JSONPull

/// `Agent`: which provider, memory and version control a run gets, and what it may use.
package struct Agent: Sendable {
    package var metadata = ObjectMeta()
    /// `spec.providerRef.name`.
    package var providerName: ExactString?
    /// `spec.memoryRef.name`.
    package var memoryRefName: ExactString?
    /// `spec.vcsRef.name`.
    package var vcsRefName: ExactString?
    /// `spec.security.allowedSecrets`; empty is unrestricted.
    package var allowedSecrets: [ExactString] = []
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
            case "security": agent.allowedSecrets = try reader.readList(member: "allowedSecrets")
            case "defaults": agent.systemPromptRef = try Self.systemPromptRef(&reader)
            default: try reader.skipValue()
            }
        }
        agent.metadata = metadata
        self = agent
    }

    private static func systemPromptRef(_ reader: inout JSONReader) throws(JSONError) -> SystemPromptRef? {
        var reference: SystemPromptRef?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "systemPromptRef": reference = try SystemPromptRef.read(&reader)
            default: try reader.skipValue()
            }
        }
        return reference
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
