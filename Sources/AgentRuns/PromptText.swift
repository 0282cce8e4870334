private import Digest
package import JSONPull

/// A text an agent may be given: in full while a review is judged, only its measures where it is kept.
package enum PromptText: Sendable {
    /// The text, trimmed.
    case text(ExactString)
    /// What is kept of a text, trimmed, that is not; apart, so that handing it on costs one retain instead of four.
    indirect case measured(length: Int, sha256: String, tokens: PromptTokens)
    /// What a decision log keeps of a text that was there in full.
    case redacted(RedactedText)

    /// Length in characters (Unicode scalars).
    package var length: Int {
        switch self {
        case .text(let text): text.characterCount
        case .measured(let length, _, _): length
        case .redacted(let text): text.prompt?.length ?? 0
        }
    }

    /// SHA-256 of the UTF-8 bytes in hexadecimal.
    ///
    /// Costs a pass over a text that is held in full.
    package var sha256: String {
        switch self {
        case .text(let text): SHA256.hexDigest(of: text.string)
        case .measured(_, let sha256, _): sha256
        case .redacted(let text): text.prompt?.sha256 ?? ""
        }
    }

    /// The names in the text that a controller or a shell might replace.
    ///
    /// Costs a pass over a text that is held in full.
    package var tokens: PromptTokens {
        switch self {
        case .text(let text): PromptTokens(in: text)
        case .measured(_, _, let tokens): tokens
        case .redacted(let text): text.prompt?.tokens ?? .none
        }
    }

    /// The same without the text.
    package var measured: PromptText { .measured(length: length, sha256: sha256, tokens: tokens) }
}
