internal import JSONPull

/// Tokens of a prompt as messages repeat them: only what is plainly a name.
///
/// Whole sentences fit between two pairs of braces, and a key that somebody pasted behind a dollar is a secret.
enum TokenName {
    /// Longest name that is told whole, in bytes.
    static let maximumLength = 24
    /// What is told of a longer one.
    static let keptLength = 12

    /// `"${name}"`, `"${a_longer_nam…}" (36 characters)`, or `"{{ … }}" (57 characters)` of what is no name or path.
    static func visible(_ token: ExactString) -> String {
        let (opening, name, closing) = parts(of: token)
        let count = name.characterCount
        if isPath(name) {
            if count <= maximumLength { return VisibleText.quoted(token) }
            return "\"\(opening)\(name.prefix(characters: keptLength))…\(closing)\" (\(count) characters)"
        }
        return "\"\(opening)…\(closing)\" (\(count) \(count == 1 ? "character" : "characters"))"
    }

    /// The first of `tokens`, and how many there are beyond.
    static func list(_ tokens: [ExactString], atMost count: Int) -> String {
        let others = tokens.count > count ? " and \(tokens.count - count) more" : ""
        return tokens.prefix(count).map(visible).joined(separator: ", ") + others
    }

    private static func parts(of token: ExactString) -> (opening: ExactString, name: ExactString, closing: ExactString)
    {
        for (opening, closing): (ExactString, ExactString) in [("${", "}"), ("{{ ", " }}"), ("$", "")] {
            if let name = token.dropping(prefix: opening)?.dropping(suffix: closing) { return (opening, name, closing) }
        }
        return ("", token, "")
    }

    /// Whether it is names, indices and dots: `metadata.items[0].name`.
    private static func isPath(_ text: ExactString) -> Bool {
        var isStart = true
        var isIndex = false
        for byte in text.string.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                if isIndex { return false }
                isStart = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isStart { return false }
            case UInt8(ascii: "-"), UInt8(ascii: "."):
                if isStart || isIndex { return false }
            case UInt8(ascii: "["):
                if isStart || isIndex { return false }
                isIndex = true
            case UInt8(ascii: "]"):
                if !isIndex { return false }
                isIndex = false
            default: return false
            }
        }
        return !isStart && !isIndex
    }
}
