package import JSONPull

/// `security.proompteng.ai` `SecretBinding`: which secrets which subjects may use.
package struct SecretBinding: Sendable {
    package var metadata = ObjectMeta.absent
    /// The `spec.subjects` of kind `Agent` that can match.
    package var agents: [Subject] = []
    /// `spec.allowedSecrets`.
    package var allowedSecrets: [ExactString] = []

    /// An Agent that may use the secrets.
    package struct Subject: Equatable, Sendable {
        package var name: ExactString
        /// Where the Agent must be; nil for the binding's own namespace.
        package var namespace: ExactString?
    }

    /// Whether it is about the Agent `name` of `namespace`, which is the binding's own.
    package func names(_ name: ExactString, in namespace: ExactString) -> Bool {
        agents.contains { $0.name == name && ($0.namespace ?? namespace) == namespace }
    }

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

    private static func agent(_ reader: inout JSONReader) throws(JSONError) -> Subject? {
        var isAgent = false
        var name: ExactString?
        var namespace: ExactString?
        var isSomewhere = true
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "kind": isAgent = try reader.readNonBlank() == "Agent"
            case "name": name = try reader.readNonBlank()
            case "namespace":
                let kind = try reader.peek()
                namespace = try reader.readNonBlank()
                // A namespace that is no string is no namespace a run could have.
                isSomewhere = kind == .string || kind == .null
            default: try reader.skipValue()
            }
        }
        guard isAgent, isSomewhere, let name else { return nil }
        return Subject(name: name, namespace: namespace)
    }
}
