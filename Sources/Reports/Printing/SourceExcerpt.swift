internal import JSONPull

/// The line of a file that a finding is about, fit to print, with the part to mark.
///
/// What prompts and other texts say is never shown: a value only of the fields that messages quote anyway, and of a line with
/// several keys only the one it is about.
package struct SourceExcerpt: Sendable, Equatable {
    /// Members whose values are names, numbers or one of some words.
    private static let shownMembers: Set<ExactString> = [
        "apiVersion", "base", "baseBranch", "branch", "generateName", "head", "headBranch", "idempotencyKey", "image",
        "kind",
        "mode", "name", "namespace", "provider", "repo", "repository", "required", "retries", "timeoutSeconds",
        "ttlSecondsAfterFinished", "type",
    ]
    /// Characters of a line that are shown.
    private static let maximumLength = 120
    private static let maximumIndentation = 40

    package let text: String
    /// Characters before the mark.
    package let start: Int
    /// Characters to mark, at least one.
    package let count: Int

    /// Nil when there is nothing at the column.
    ///
    /// - Parameters:
    ///   - line: its bytes, without its end.
    ///   - column: of the key or value that is meant, in characters from 1.
    ///   - field: the path of the field, by whose last member it is known whether its value may be shown.
    package init?(line: ArraySlice<UInt8>, column: Int, field: String) {
        let scalars = Array(String(decoding: line.prefix(64 << 10), as: UTF8.self).unicodeScalars)
        guard column >= 1, column <= scalars.count else { return nil }
        let before = scalars[..<(column - 1)]
        let rest = scalars[(column - 1)...]
        let isAlone = before.allSatisfy { $0 == " " || $0 == "-" }
        let key = Self.key(in: rest)
        var shown = String.UnicodeScalarView(rest.prefix(key.count))
        let value = rest.dropFirst(key.count)
        if isAlone, key.isFollowedByColon, Self.mayShowValue(of: field), !value.contains("{") {
            shown.append(contentsOf: value)
        } else if value.contains(where: { $0 != " " && $0 != "\r" && $0 != ":" }) {
            shown.append(contentsOf: key.isFollowedByColon ? ": …".unicodeScalars : "…".unicodeScalars)
        } else {
            shown.append(contentsOf: value)
        }
        var indentation = String(String.UnicodeScalarView(before.suffix(Self.maximumIndentation)))
        if !isAlone { indentation = String(repeating: " ", count: min(before.prefix { $0 == " " }.count, 40)) + "… " }
        let text = VisibleText.line(String(shown.filter { $0 != "\r" }))
        start = indentation.unicodeScalars.count
        count = max(1, min(key.count, Self.maximumLength))
        self.text = indentation + VisibleText.part(ExactString(text), upTo: Self.maximumLength)
    }

    /// How long the key is that a text starts with, and whether it is one.
    private static func key(in text: ArraySlice<Unicode.Scalar>) -> (count: Int, isFollowedByColon: Bool) {
        guard let first = text.first else { return (0, false) }
        var count: Int
        if first == "\"" || first == "'" {
            count = 1 + text.dropFirst().prefix { $0 != first }.count + 1
        } else {
            count = text.prefix { $0 != ":" && $0 != " " && $0 != "," && $0 != "}" && $0 != "{" && $0 != "\r" }.count
        }
        count = min(count, text.count)
        let isFollowed = text.dropFirst(count).prefix(1).contains(":")
        // Of a value that is no key nothing is repeated.
        return isFollowed ? (count, true) : (0, false)
    }

    private static func mayShowValue(of field: String) -> Bool {
        let field = ExactString(field)
        if field.starts(with: "metadata.labels") { return true }
        guard let last = field.split(at: ".").last else { return false }
        return shownMembers.contains(last)
    }

    /// Two lines, each behind `margin`: what stands there, and the mark below.
    func lines(margin: String, _ style: TerminalStyle) -> String {
        let mark = String(repeating: " ", count: start) + style.apply(.error, to: String(repeating: "^", count: count))
        return "\(margin)\(text)\n\(margin)\(mark)\n"
    }
}
