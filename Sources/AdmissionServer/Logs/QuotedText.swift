internal import JSONPull
internal import Policy

/// A name a client chose, as metadata of a log line: quoted where lines are text, as it is where they are JSON, whose strings
/// are quoted anyway.
struct QuotedText: CustomStringConvertible, Sendable {
    private let text: ExactString

    init(_ text: ExactString) {
        self.text = text
    }

    var description: String { QuotedName.quote(text) }

    /// The name, cut like the quoted one.
    var plain: String { String(String.UnicodeScalarView(text.string.unicodeScalars.prefix(QuotedName.maximumLength))) }
}
