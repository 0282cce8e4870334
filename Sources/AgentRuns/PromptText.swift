private import Digest
package import JSONPull

/// A text an agent may be given: in full while a review is judged, only its measures where it is kept.
package enum PromptText: Sendable {
    /// The text, trimmed.
    case text(ExactString)
    /// Length in characters (Unicode scalars) and SHA-256 in hexadecimal of a text, trimmed, that is not kept.
    case measured(length: Int, sha256: String)

    /// Length in characters (Unicode scalars).
    package var length: Int {
        switch self {
        case .text(let text): text.characterCount
        case .measured(let length, _): length
        }
    }

    /// SHA-256 of the UTF-8 bytes in hexadecimal.
    ///
    /// Costs a pass over a text that is held in full.
    package var sha256: String {
        switch self {
        case .text(let text): SHA256.hexDigest(of: text.string)
        case .measured(_, let sha256): sha256
        }
    }

    /// The same without the text.
    package var measured: PromptText { .measured(length: length, sha256: sha256) }
}
