package import JSONPull

/// `systemPrompt` of a run or of an Agent's defaults.
package enum SystemPromptText: Sendable, Equatable {
    /// Not there, or null.
    case absent
    /// Blank: the controller goes on to the next candidate.
    ///
    /// With the text, which tells two of them apart.
    case blank(ExactString)
    case text(ExactString)
    /// A value of another type than string, which the controller refuses.
    ///
    /// `identity` tells it from others: the value as JSON, or what is known in its place.
    case notText(JSONKind, identity: ExactString)
    /// What is known of a text that is not known itself.
    case measured(MeasuredText)

    init(_ reader: inout JSONReader) throws(JSONError) {
        let kind = try reader.peek()
        if kind == .object, let value = try reader.readMeasuredValue() {
            self.init(value)
        } else if kind == .string, let text = try reader.readExactString() {
            self = text.isBlank ? .blank(text) : .text(text)
        } else {
            let json = reader.text(of: try reader.skipValue())
            self = kind == .null ? .absent : .notText(kind, identity: json)
        }
    }

    /// Whether the controller stops at it, to use or to refuse it, and goes on to no other candidate.
    package var isReached: Bool {
        switch self {
        case .text, .measured, .notText: true
        case .absent, .blank: false
        }
    }

    /// Whether it is a string, and blank.
    package var isBlank: Bool { if case .blank = self { true } else { false } }

    /// What nobody sees in it; nil for nothing.
    package var suspect: SuspectText? {
        switch self {
        case .blank(let text), .text(let text): SuspectText(text)
        case .measured(let text): SuspectText(text)
        case .absent, .notText: nil
        }
    }

    /// Length in UTF-16 code units if it is more than `limit`.
    package func utf16Length(over limit: Int) -> Int? {
        switch self {
        // No text has more UTF-16 code units than UTF-8 bytes.
        case .text(let text) where text.string.utf8.count > limit && text.string.utf16.count > limit:
            text.string.utf16.count
        case .measured(let text) where text.utf16Count > limit: text.utf16Count
        case .absent, .blank, .text, .notText, .measured: nil
        }
    }
}

extension SystemPromptText {
    private init(_ known: MeasuredValue) {
        switch known {
        case .text(let text): self = .measured(text)
        case .other(let kind, let identity): self = .notText(kind, identity: identity)
        }
    }
}
