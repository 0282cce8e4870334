internal import JSONPull

/// What libyaml found wrong, in its own words.
struct YAMLProblem: Error {
    /// libyaml's message.
    var text: String
    /// Where reading stopped.
    var mark: YAMLMark
    /// Where the construct began that could not be finished.
    var context: YAMLMark?
}

/// Turns libyaml's messages into ones that say what to do.
enum YAMLSyntax {
    /// The error for a problem found in `text`.
    static func error(for problem: YAMLProblem, in text: [UInt8], limits: YAMLLimits) -> YAMLError {
        let position = problem.mark.position
        if let error = tabError(for: problem, in: text) { return error }
        if problem.text.utf8.starts(with: "Maximum nesting level reached".utf8) {
            return tooDeep(at: position, limits: limits)
        }
        if problem.text == "out of memory" {
            return YAMLError(problem.text, at: position, remedy: "split the file, or give the process more memory")
        }
        if containsTemplate(YAMLLines.bytes(ofLine: position.line, in: text)) {
            let remedy = "this looks like a template: render it first, for example with helm template"
            return YAMLError(problem.text, at: position, remedy: remedy)
        }
        return YAMLError(problem.text, at: position, remedy: remedy(for: problem))
    }

    static func tooDeep(at position: SourcePosition, limits: YAMLLimits) -> YAMLError {
        YAMLError("nested deeper than \(limits.maximumDepth) levels", at: position, remedy: "flatten the document")
    }

    /// A tab in the indentation of the line of the problem, or of the construct it is in, explains either.
    private static func tabError(for problem: YAMLProblem, in text: [UInt8]) -> YAMLError? {
        for mark in [problem.mark, problem.context].compactMap(\.self) {
            let indentation = YAMLLines.bytes(ofLine: Int(mark.line), in: text)
                .prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let tab = indentation.firstIndex(of: UInt8(ascii: "\t")) else { continue }
            let position = SourcePosition(line: Int(mark.line), column: tab - indentation.startIndex + 1)
            return YAMLError(
                "a tab in the indentation",
                at: position,
                remedy: "replace it with spaces: YAML is indented with spaces only"
            )
        }
        return nil
    }

    private static func containsTemplate(_ line: ArraySlice<UInt8>) -> Bool {
        zip(line, line.dropFirst()).contains { $0 == UInt8(ascii: "{") && $1 == UInt8(ascii: "{") }
    }

    private static func remedy(for problem: YAMLProblem) -> String {
        let start = problem.context.map { "started at \($0.position)" } ?? "it belongs to"
        return switch problem.text {
        case "mapping values are not allowed in this context":
            "put a value that contains ': ' in quotes, or correct the indentation"
        case "could not find expected ':'":
            "end the key \(start) with ': ', or correct the indentation"
        case "could not find expected directive name":
            "put a value that starts with % in quotes"
        case "did not find expected key", "did not find expected '-' indicator":
            "indent this line like the block \(start)"
        case "did not find expected ',' or ']'":
            "close the [ \(start), or put a comma between its elements"
        case "did not find expected ',' or '}'":
            "close the { \(start), or put a comma between its members"
        case "found unexpected end of stream", "found unexpected document indicator":
            "close the quote \(start)"
        case "block sequence entries are not allowed in this context":
            "put the '- ' on a line of its own below the key"
        case "found unknown escape character":
            "write \\\\ for a backslash, or use single quotes"
        case "found character that cannot start any token":
            "put the value in quotes"
        case "found undefined tag handle":
            "put a value that starts with ! in quotes"
        case "did not find expected <document start>":
            "correct this line, or put --- on a line of its own above it to start a new document"
        default:
            "correct the indentation, or put the value in quotes"
        }
    }
}
