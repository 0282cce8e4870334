package import JSONPull

/// `systemPromptRef`: the object and key a system prompt is read from.
package struct SystemPromptRef: Sendable {
    /// Whether `kind` is, in any case, `secret`.
    package private(set) var isSecret = false
    /// `name`, trimmed; nil when blank.
    package private(set) var name: ExactString?
    /// Whether it is an object with a known `kind`, a `name` and a `key`.
    package private(set) var isWellFormed = false
    /// The reference as JSON.
    package private(set) var text: ExactString = ""

    /// Reads the reference; nil when it is null.
    static func read(_ reader: inout JSONReader) throws(JSONError) -> SystemPromptRef? {
        guard try reader.peek() != .null else {
            try reader.skipValue()
            return nil
        }
        var reference = SystemPromptRef()
        var (kind, key): (ExactString?, ExactString?)
        let start = reader.position
        try reader.readMembers { reader, name throws(JSONError) in
            switch name {
            case "kind": kind = try reader.readNonBlank()?.asciiLowercased
            case "name": reference.name = try reader.readNonBlank()
            case "key": key = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        reference.isSecret = kind == "secret"
        let isConfigMap = kind == "configmap" || kind == "config-map"
        reference.isWellFormed = (reference.isSecret || isConfigMap) && reference.name != nil && key != nil
        reference.text = reader.text(of: start..<reader.position)
        return reference
    }

    /// The Secret's name, nil when the reference is to something else.
    package var secretName: ExactString? { isSecret ? name : nil }
}
