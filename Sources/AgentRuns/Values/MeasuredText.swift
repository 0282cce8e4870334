package import JSONPull

/// A text of which only measures are known: enough to judge by, not enough to read it.
package final class MeasuredText: Sendable {
    /// UTF-8 bytes as written.
    package let byteCount: Int
    /// UTF-16 code units as written.
    package let utf16Count: Int
    /// Of the text as a prompt; nil of one that nothing takes for a prompt.
    package let prompt: Prompt?
    /// Differs where the texts of an object before and after an update differ, and says nothing else of them; empty where
    /// nothing is compared.
    package let identity: ExactString
    /// What nobody sees in the text; nil for nothing.
    package let hidden: HiddenText?
    /// What stands for the text where somebody asks for it all the same; what rests on it is not known.
    package let standIn: ExactString

    /// Measures of a text, trimmed.
    package struct Prompt: Sendable {
        /// Unicode scalars.
        package var length: Int
        /// Hexadecimal.
        package var sha256: String
        package var tokens: PromptTokens

        package init(length: Int, sha256: String, tokens: PromptTokens) {
            (self.length, self.sha256, self.tokens) = (length, sha256, tokens)
        }
    }

    package init(
        byteCount: Int,
        utf16Count: Int,
        prompt: Prompt?,
        hidden: HiddenText?,
        identity: ExactString,
        standIn: ExactString
    ) {
        (self.byteCount, self.utf16Count, self.prompt) = (byteCount, utf16Count, prompt)
        (self.hidden, self.identity, self.standIn) = (hidden, identity, standIn)
    }

    /// Whether a rule that asks for the prompt gets less than it would have got of the text itself.
    package func lacksTokens(for generation: Generation) -> Bool {
        prompt?.tokens.hasOmissions(for: generation) ?? true
    }
}

extension MeasuredText: Equatable {
    package static func == (lhs: MeasuredText, rhs: MeasuredText) -> Bool {
        lhs.byteCount == rhs.byteCount && lhs.identity == rhs.identity
    }
}

/// What is known of a value that is not known itself.
package enum MeasuredValue: Sendable {
    case text(MeasuredText)
    /// A value of another type than the one that is read there.
    case other(JSONKind, identity: ExactString)
}

/// Reads measures where texts are withheld: whoever has such a document hands this to the reader of it.
package final class MeasuredValueReader: Sendable {
    /// Reads an object; nil when it is none that stands for a value.
    package typealias Reading<Value> = @Sendable (inout JSONReader) throws(JSONError) -> Value?

    let readValue: Reading<MeasuredValue>
    let readPrompt: Reading<PromptText>

    /// - Parameters:
    ///   - value: reads what stands for a value of any type.
    ///   - prompt: reads what stands for a prompt.
    package init(value: @escaping Reading<MeasuredValue>, prompt: @escaping Reading<PromptText>) {
        (readValue, readPrompt) = (value, prompt)
    }
}

extension JSONReader {
    /// What stands for a value; nil where texts are known, or it is no such object.
    mutating func readMeasuredValue() throws(JSONError) -> MeasuredValue? {
        guard let measures = companion as? MeasuredValueReader, try peek() == .object else { return nil }
        return try measures.readValue(&self)
    }

    /// A prompt: a text, trimmed, or what is known of one; nil when blank or anything else.
    mutating func readPrompt() throws(JSONError) -> PromptText? {
        guard companion != nil, let measures = companion as? MeasuredValueReader, try peek() == .object else {
            return try readExactString().flatMap(PromptText.init(written:))
        }
        return try measures.readPrompt(&self)
    }
}
