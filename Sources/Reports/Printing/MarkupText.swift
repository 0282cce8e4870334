internal import JSONPull

/// Text in XML 1.0 and HTML, element or attribute: line ends stay, other control characters are shown as `\u00xx`.
enum MarkupText {
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.lines(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // No characters of XML (XML 1.0 section 2.2).
            case "\u{FFFE}", "\u{FFFF}": result += "\\u" + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
