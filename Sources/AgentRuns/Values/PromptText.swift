private import Digest
package import JSONPull
private import Synchronization

/// A text an agent may be given: in full while a review is judged, only its measures where it is kept.
package enum PromptText: Sendable {
    /// The text, trimmed.
    case whole(WholeText)
    /// What is kept of a text, trimmed, that is not; apart, so that handing it on costs one retain instead of four.
    indirect case measured(length: Int, sha256: String, tokens: PromptTokens)
    /// What is known of a text that was there in full when it was judged.
    case withheld(MeasuredText)

    /// A text, trimmed, that is held in full.
    package static func text(_ text: ExactString) -> PromptText { .whole(WholeText(text)) }

    /// A text as it is written; nil when it is blank.
    init?(written: ExactString) {
        guard let text = written.nonBlank else { return nil }
        let isTrimmed = text.string.utf8.count == written.string.utf8.count
        self = .whole(WholeText(text, written: isTrimmed ? nil : written))
    }

    /// What nobody sees in the text as it is written; nil for nothing.
    ///
    /// Costs a pass over a text that is held in full.
    package var suspect: SuspectText? {
        switch self {
        case .whole(let text): SuspectText(text.written ?? text.text)
        case .measured: nil
        case .withheld(let text): SuspectText(text)
        }
    }

    /// Length in characters (Unicode scalars).
    package var length: Int {
        switch self {
        case .whole(let text): text.length
        case .measured(let length, _, _): length
        case .withheld(let text): text.prompt?.length ?? 0
        }
    }

    /// SHA-256 of the UTF-8 bytes in hexadecimal.
    ///
    /// Costs a pass over a text that is held in full, the first time.
    package var sha256: String {
        switch self {
        case .whole(let text): text.sha256
        case .measured(_, let sha256, _): sha256
        case .withheld(let text): text.prompt?.sha256 ?? ""
        }
    }

    /// The names in the text that a controller or a shell might replace.
    ///
    /// Costs a pass over a text that is held in full, the first time.
    package var tokens: PromptTokens {
        switch self {
        case .whole(let text): text.tokens
        case .measured(_, _, let tokens): tokens
        case .withheld(let text): text.prompt?.tokens ?? .none
        }
    }

    /// The same without the text.
    package var measured: PromptText { .measured(length: length, sha256: sha256, tokens: tokens) }
}

/// A text with what was worked out of it: many steps may have one text, and none is measured more than once.
package final class WholeText: Sendable {
    /// Something worked out, in an object of its own so that one thread can show it to others.
    private final class Found<Value: Sendable>: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    /// Length and SHA-256.
    private struct Measures: Sendable {
        var length: Int
        var sha256: String
    }

    package let text: ExactString
    /// The text as it is written, where that is another one.
    fileprivate let written: ExactString?
    private let foundMeasures = AtomicLazyReference<Found<Measures>>()
    private let foundTokens = AtomicLazyReference<Found<PromptTokens>>()

    init(_ text: ExactString, written: ExactString? = nil) {
        (self.text, self.written) = (text, written)
    }

    private var measures: Measures {
        if let found = foundMeasures.load() { return found.value }
        let measures = Measures(length: text.characterCount, sha256: SHA256.hexDigest(of: text.string))
        return foundMeasures.storeIfNil(Found(measures)).value
    }

    fileprivate var length: Int { measures.length }
    fileprivate var sha256: String { measures.sha256 }

    fileprivate var tokens: PromptTokens {
        if let found = foundTokens.load() { return found.value }
        return foundTokens.storeIfNil(Found(PromptTokens(in: text))).value
    }
}
