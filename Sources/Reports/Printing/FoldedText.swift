/// Long lines broken at their blanks.
enum FoldedText {
    /// Narrower than this nothing is folded: it would be a column of words.
    private static let minimumWidth = 30

    /// The lines of `text`, at most `width` characters each as far as its words allow; one line without a width.
    static func lines(_ text: String, width: Int?) -> [String] {
        guard let width, width >= minimumWidth, text.utf8.count > width else { return [text] }
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        for word in text.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: { $0 == " " }) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(String(line))
                line = String.UnicodeScalarView()
            } else if !line.isEmpty {
                line.append(" ")
            }
            line.append(contentsOf: word)
        }
        lines.append(String(line))
        return lines
    }
}
