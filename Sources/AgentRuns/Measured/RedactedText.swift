package import JSONPull

/// A text that was there in full when its object was judged, and of which the decision log keeps what rules ask of it: enough
/// to judge again, not enough to read it.
package final class RedactedText: Sendable {
    /// What stands for the text where somebody asks for it all the same; whatever rests on it cannot be judged again.
    package static let standIn: ExactString = "\u{F8FF}redacted\u{F8FF}"

    /// UTF-8 bytes as written.
    package let byteCount: Int
    /// UTF-16 code units as written.
    package let utf16Count: Int
    /// Of the text as a prompt; nil of one that nothing takes for a prompt.
    package let prompt: Prompt?
    /// Differs where the texts of an object before and after an update differ, and says nothing else of them; empty where
    /// nothing is compared.
    package let identity: ExactString

    /// Measures of a text, trimmed.
    package struct Prompt: Sendable {
        /// Unicode scalars.
        package var length: Int
        /// Hexadecimal.
        package var sha256: String
        package var tokens: PromptTokens
    }

    package init(byteCount: Int, utf16Count: Int, prompt: Prompt?, identity: ExactString) {
        (self.byteCount, self.utf16Count) = (byteCount, utf16Count)
        (self.prompt, self.identity) = (prompt, identity)
    }

    /// - Parameters:
    ///   - text: as written.
    ///   - isPrompt: whether it may be a prompt, so that its SHA-256 is worth telling.
    ///   - identity: see ``identity``.
    package convenience init(_ text: ExactString, isPrompt: Bool, identity: ExactString) {
        var prompt: Prompt?
        if isPrompt {
            let text = PromptText.text(text.trimmed)
            prompt = Prompt(length: text.length, sha256: text.sha256, tokens: text.tokens.namesOnly)
        }
        self.init(
            byteCount: text.string.utf8.count,
            utf16Count: text.string.utf16.count,
            prompt: prompt,
            identity: identity
        )
    }

    /// Whether a rule that asks for the prompt gets less than it would have got of the text itself.
    package func lacksTokens(for generation: Generation) -> Bool {
        prompt?.tokens.hasOmissions(for: generation) ?? true
    }
}

extension RedactedText: Equatable {
    package static func == (lhs: RedactedText, rhs: RedactedText) -> Bool {
        lhs.byteCount == rhs.byteCount && lhs.identity == rhs.identity
    }
}
