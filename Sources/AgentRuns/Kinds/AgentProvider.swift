package import JSONPull

/// `AgentProvider`: the runner behind an Agent.
///
/// A class, as ``Agent`` is one.
package final class AgentProvider: Sendable {
    package let metadata: ObjectMeta
    package let spec: Spec

    package init(_ reader: inout JSONReader) throws(JSONError) {
        (metadata, spec) = try reader.readObject(Spec()) { reader throws(JSONError) in try Spec(&reader) }
    }
}

extension AgentProvider {
    /// `spec`.
    package struct Spec: Sendable {
        /// `secretName` of each entry (2026-08), in order, of the first that is an array, an empty one too, of `spec.secretEnv`,
        /// `spec.adapter.secretEnv` and `spec.adapter.codex.secretEnv`.
        package var environmentSecrets: [ExactString] = []
        /// `spec.workload.image` (2026-08), for runs that name none.
        package var image: ExactString?
        /// `spec.workload.serviceAccountName` (2026-08), for runs that name none.
        package var serviceAccountName: ExactString?

        fileprivate init() {}

        fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
            var own: [ExactString]?
            var adapters: [ExactString]?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "secretEnv": own = try Self.readEnvironment(&reader)
                case "adapter": adapters = try Self.readAdapter(&reader)
                case "workload": try readWorkload(&reader)
                default: try reader.skipValue()
                }
            }
            environmentSecrets = own ?? adapters ?? []
        }

        /// Nil when it is no array.
        private static func readEnvironment(_ reader: inout JSONReader) throws(JSONError) -> [ExactString]? {
            var names: [ExactString] = []
            let isArray = try reader.readElements { reader, _ throws(JSONError) in
                try reader.countKept()
                if let name = try reader.readNonBlank(member: "secretName") { names.append(name) }
            }
            return isArray ? names : nil
        }

        private static func readAdapter(_ reader: inout JSONReader) throws(JSONError) -> [ExactString]? {
            var own: [ExactString]?
            var codex: [ExactString]?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "secretEnv": own = try readEnvironment(&reader)
                case "codex":
                    codex = nil
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "secretEnv": codex = try readEnvironment(&reader)
                        default: try reader.skipValue()
                        }
                    }
                default: try reader.skipValue()
                }
            }
            return own ?? codex
        }

        private mutating func readWorkload(_ reader: inout JSONReader) throws(JSONError) {
            (image, serviceAccountName) = (nil, nil)
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "image": image = try reader.readNonBlank()
                case "serviceAccountName": serviceAccountName = try reader.readNonBlank()
                default: try reader.skipValue()
                }
            }
        }
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
