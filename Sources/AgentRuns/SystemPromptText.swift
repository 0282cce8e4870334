package import JSONPull

/// `systemPrompt` of a run or of an Agent's defaults.
package enum SystemPromptText: Sendable, Equatable {
    /// Not there, or null.
    case absent
    /// Blank: the controller goes on to the next candidate.
    case blank
    case text(ExactString)
    /// A value of another type than string, which the controller refuses.
    case notText(JSONKind)

    init(_ reader: inout JSONReader) throws(JSONError) {
        let kind = try reader.peek()
        if let text = try reader.readExactString() {
            self = text.isBlank ? .blank : .text(text)
        } else {
            self = kind == .null ? .absent : .notText(kind)
        }
    }

    /// Whether this is the text the agent would get.
    package var isInForce: Bool { if case .text = self { true } else { false } }
}
