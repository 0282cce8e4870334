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
        /// `spec.secretEnv[].secretName` (2026-08), in order.
        package var environmentSecrets: [ExactString] = []
        /// `spec.workload.image` (2026-08), for runs that name none.
        package var image: ExactString?
        /// `spec.workload.serviceAccountName` (2026-08), for runs that name none.
        package var serviceAccountName: ExactString?

        fileprivate init() {}

        fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "secretEnv":
                    environmentSecrets = []
                    try reader.readElements { reader, _ throws(JSONError) in
                        if let name = try reader.readNonBlank(member: "secretName") { environmentSecrets.append(name) }
                    }
                case "workload": try readWorkload(&reader)
                default: try reader.skipValue()
                }
            }
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
