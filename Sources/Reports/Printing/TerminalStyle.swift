/// Colours of text, or none where they are not wanted.
package struct TerminalStyle: Sendable {
    /// The Select Graphic Rendition parameters in use (ECMA-48 section 8.3.117), of the colours every terminal has.
    package enum Look: String {
        case error = "1;31"
        case warning = "33"
        case success = "32"
        case faint = "2"
    }

    package let isColoured: Bool
    /// Characters a line has room for; nil where nobody folds lines.
    package let width: Int?

    package init(isColoured: Bool, width: Int? = nil) {
        (self.isColoured, self.width) = (isColoured, width)
    }

    /// No colours.
    package static let plain = TerminalStyle(isColoured: false)

    /// `text`, which must be fit for a terminal, with a look.
    package func apply(_ look: Look, to text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(look.rawValue)m\(text)\u{1B}[0m" : text
    }
}
