internal import JSONPull

/// A name a client chose, as metadata of a log line: quoted where lines are text, as it is where they are JSON, whose strings
/// are quoted anyway.
struct QuotedText: CustomStringConvertible, Sendable {
    private let text: ExactString

    init(_ text: ExactString) {
        self.text = text
    }

    var description: String { VisibleText.quoted(text) }

    /// The name, cut like the quoted one; the line it is written in is made visible as a whole.
    var plain: String { text.prefix(characters: VisibleText.maximumLength).string }
}
