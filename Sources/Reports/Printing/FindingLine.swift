internal import JSONPull
internal import Policy

/// A line of text about a finding: where, how bad, what.
struct FindingLine {
    var place = ""
    var action: Action
    var text: String
    var excerpt: SourceExcerpt?

    /// The line, indented, its place in a column of `width`.
    func text(width: Int, _ style: TerminalStyle) -> String {
        let place = Self.padded(place, to: width)
        let look: TerminalStyle.Look =
            switch action {
            case .deny: .error
            case .warn: .warning
            case .audit, .off: .faint
            }
        // As wide as the widest action.
        let word = style.apply(look, to: action.rawValue) + Self.padded("", to: 5 - action.rawValue.utf8.count)
        // Behind the place and the action, where what is said starts.
        let margin = String(repeating: " ", count: 2 + width + 2 + 6)
        let text = FoldedText.lines(VisibleText.line(text), width: style.width.map { $0 - margin.utf8.count })
            .joined(separator: "\n\(margin)")
        let line = "  \(style.apply(.faint, to: place))  \(word) \(text)\n"
        let bar = String(repeating: " ", count: 2 + width) + style.apply(.faint, to: "|") + " "
        return line + (excerpt?.lines(margin: bar, style) ?? "")
    }

    /// Lines in one column.
    static func text(_ lines: [FindingLine], _ style: TerminalStyle) -> String {
        let width = lines.map(\.place.utf8.count).max() ?? 0
        return lines.map { $0.text(width: width, style) }.joined()
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
