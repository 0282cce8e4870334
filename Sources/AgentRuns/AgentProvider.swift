package import JSONPull

/// `AgentProvider`: the runner behind an Agent.
package struct AgentProvider: Sendable {
    package var metadata = ObjectMeta.absent
    /// `spec.secretEnv[].secretName` (2026-08), in order.
    package var environmentSecrets: [ExactString] = []
    /// `spec.workload.image` (2026-08), for runs that name none.
    package var image: ExactString?
    /// `spec.workload.serviceAccountName` (2026-08), for runs that name none.
    package var serviceAccountName: ExactString?

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var provider = AgentProvider()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": provider.metadata = try ObjectMeta(&reader)
            case "spec": try provider.readSpec(&reader)
            default: try reader.skipValue()
            }
        }
        self = provider
    }

    private init() {}

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        var provider = AgentProvider()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "secretEnv":
                provider.environmentSecrets = []
                try reader.readElements { reader, _ throws(JSONError) in
                    if let name = try reader.readNonBlank(member: "secretName") {
                        provider.environmentSecrets.append(name)
                    }
                }
            case "workload": try provider.readWorkload(&reader)
            default: try reader.skipValue()
            }
        }
        provider.metadata = metadata
        self = provider
    }

    private mutating func readWorkload(_ reader: inout JSONReader) throws(JSONError) {
        var (image, account): (ExactString?, ExactString?)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "image": image = try reader.readNonBlank()
            case "serviceAccountName": account = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        (self.image, serviceAccountName) = (image, account)
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
