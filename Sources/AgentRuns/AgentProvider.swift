package import JSONPull

/// `AgentProvider`: the runner behind an Agent.
package struct AgentProvider: Sendable {
    package var metadata = ObjectMeta()
    /// `spec.secretEnv[].secretName` (2026-08), in order.
    package var environmentSecrets: [ExactString] = []

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var meta = ObjectMeta()
        var secrets: [ExactString] = []
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": meta = try ObjectMeta(&reader)
            case "spec": secrets = try Self.secrets(&reader)
            default: try reader.skipValue()
            }
        }
        (metadata, environmentSecrets) = (meta, secrets)
    }

    private static func secrets(_ reader: inout JSONReader) throws(JSONError) -> [ExactString] {
        var secrets: [ExactString] = []
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "secretEnv":
                secrets = []
                try reader.readElements { reader, _ throws(JSONError) in
                    if let name = try reader.readNonBlank(member: "secretName") { secrets.append(name) }
                }
            default: try reader.skipValue()
            }
        }
        return secrets
    }
}

extension JSONReader {
    /// `str(x.member)` of an object.
    mutating func readNonBlank(member: StaticString) throws(JSONError) -> ExactString? {
        var text: ExactString?
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case member: text = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        return text
    }
}
