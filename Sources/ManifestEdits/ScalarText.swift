internal import JSONPull
internal import YAMLPull

/// Texts as YAML and JSON write them.
enum ScalarText {
    /// A text in the quotes that another has, or in those it needs.
    static func written(_ text: String, like node: SourceTree.Node) -> [UInt8] {
        switch node.style {
        case .plain where SourceTree.isPlainText(text) && node.isString: return Array(text.utf8)
        case .singleQuoted where text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }:
            return Array("'\(ExactString(text).replacing("'", with: "''"))'".utf8)
        case .plain, .singleQuoted, .doubleQuoted, .block, .flow: return quoted(text)
        }
    }

    /// A text without quotes where that is the same, else, and always in JSON, in double quotes.
    static func written(_ text: String, isJSON: Bool) -> [UInt8] {
        !isJSON && SourceTree.isPlainText(text) ? Array(text.utf8) : quoted(text)
    }

    /// What nobody sees is written by its number, which YAML's double quotes read as JSON's do.
    private static func quoted(_ text: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 64)
        writer.string(text)
        return VisibleText.json(writer.bytes)
    }
}

/// A member that comes to a mapping.
struct AddedMember {
    enum Value {
        /// One line, as it is written elsewhere.
        case scalar([UInt8])
        case list([String])

        /// On one line.
        func inBrackets(isJSON: Bool) -> [UInt8] {
            switch self {
            case .scalar(let text): return text
            case .list(let values):
                let elements = values.map { ScalarText.written($0, isJSON: isJSON) }
                return [UInt8(ascii: "[")] + elements.joined(separator: ", ".utf8) + [UInt8(ascii: "]")]
            }
        }
    }

    let key: String
    let value: Value
}
