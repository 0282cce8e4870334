package import JSONPull

/// `Memory`: where an agent remembers, and the secret to get there.
package struct Memory: Sendable {
    package var metadata = ObjectMeta.absent
    /// Whether `spec.default` is exactly `true`.
    package var isDefault = false
    /// `spec.connection.secretRef.name`.
    package var secretName: ExactString?

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var memory = Memory()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": memory.metadata = try ObjectMeta(&reader)
            case "spec": try memory.readSpec(&reader)
            default: try reader.skipValue()
            }
        }
        self = memory
    }

    private init() {}

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        var isDefault = false
        var secretName: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "default": isDefault = try reader.readBoolean() ?? false
            case "connection": secretName = try Self.secretName(&reader)
            default: try reader.skipValue()
            }
        }
        (self.isDefault, self.secretName) = (isDefault, secretName)
    }

    private static func secretName(_ reader: inout JSONReader) throws(JSONError) -> ExactString? {
        var name: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "secretRef": name = try reader.readReferenceName()
            default: try reader.skipValue()
            }
        }
        return name
    }
}
