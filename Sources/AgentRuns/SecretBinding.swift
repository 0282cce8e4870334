package import JSONPull

/// `security.proompteng.ai` `SecretBinding`: which secrets which subjects may use.
package struct SecretBinding: Sendable {
    package var metadata = ObjectMeta.absent
    /// Names of the `spec.subjects` of kind `Agent`.
    package var agents: [ExactString] = []
    /// `spec.allowedSecrets`.
    package var allowedSecrets: [ExactString] = []

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var binding = SecretBinding()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": binding.metadata = try ObjectMeta(&reader)
            case "spec": try binding.readSpec(&reader)
            default: try reader.skipValue()
            }
        }
        self = binding
    }

    private init() {}

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        var binding = SecretBinding()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "subjects":
                binding.agents = []
                try reader.readElements { reader, _ throws(JSONError) in
                    if let agent = try Self.agent(&reader) { binding.agents.append(agent) }
                }
            case "allowedSecrets": binding.allowedSecrets = try reader.readList()
            default: try reader.skipValue()
            }
        }
        binding.metadata = metadata
        self = binding
    }

    private static func agent(_ reader: inout JSONReader) throws(JSONError) -> ExactString? {
        var isAgent = false
        var name: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "kind": isAgent = try reader.readNonBlank() == "Agent"
            case "name": name = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        return isAgent ? name : nil
    }
}
