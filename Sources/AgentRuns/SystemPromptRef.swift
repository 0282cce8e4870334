package import JSONPull

/// `systemPromptRef`: the object and key a system prompt is read from.
package struct SystemPromptRef: Sendable {
    /// Whether `kind` is, in any case, `secret`.
    package var isSecret = false
    /// `name`, trimmed; nil when blank.
    package var name: ExactString?

    /// Reads the reference; nil when it is null.
    static func read(_ reader: inout JSONReader) throws(JSONError) -> SystemPromptRef? {
        guard try reader.peek() != .null else {
            try reader.skipValue()
            return nil
        }
        var reference = SystemPromptRef()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "kind": reference.isSecret = try reader.readNonBlank()?.asciiLowercased == "secret"
            case "name": reference.name = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        return reference
    }

    /// The Secret's name, nil when the reference is to something else.
    package var secretName: ExactString? { isSecret ? name : nil }
}
