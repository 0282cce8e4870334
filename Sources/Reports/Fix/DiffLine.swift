internal import JSONPull

/// A line of a manifest as a diff shows it: keys and what is no text whole, texts as `…`.
package struct DiffLine: Equatable {
    /// Members that fixes change, whose values the findings tell.
    private static let toldMembers: Set<ExactString> = [
        "secrets", "priorityClassName", "schedulerName", "runAsUser", "runAsNonRoot", "hostProcess",
    ]

    package let text: String
    /// Whether a line end follows.
    package let isEnded: Bool

    /// - Parameters:
    ///   - bytes: of the line, with its end.
    ///   - isText: whether it belongs to a text of several lines.
    ///   - isNew: whether it is one that a fix writes: names in it are told by the finding, too.
    package init(_ bytes: ArraySlice<UInt8>, isText: Bool, isNew: Bool = false) {
        isEnded = bytes.last == UInt8(ascii: "\n")
        let content = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let indentation = content.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }.prefix(200)
        let rest = content.dropFirst(indentation.count)
        let shown = isText ? (rest.isEmpty ? "" : "…") : Self.shown(rest.prefix(64 << 10), isNew: isNew)
        text = String(decoding: indentation, as: UTF8.self) + shown
    }

    /// What POSIX diff says of a last line without an end.
    var note: String { isEnded ? "" : "\\ No newline at end of file\n" }

    private static func shown(_ rest: ArraySlice<UInt8>, isNew: Bool) -> String {
        guard let first = rest.first else { return "" }
        if first == UInt8(ascii: "#") { return "# …" }
        let key = SourceExcerpt.key(of: rest)
        guard let key else { return value(rest, isShown: isNew && isName(rest)) }
        let name = key.dropFirst(key.first.map { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") } == true ? 1 : 0)
            .prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
        let member = ExactString(String(decoding: name, as: UTF8.self))
        let text = rest.dropFirst(key.count + 1)
        let blanks = text.prefix { $0 == UInt8(ascii: " ") }.prefix(8)
        return VisibleText.part(ExactString(String(decoding: key, as: UTF8.self))) + ":"
            + String(decoding: blanks, as: UTF8.self)
            + value(
                text.dropFirst(blanks.count),
                isShown: toldMembers.contains(member) || SourceExcerpt.mayShowValue(ofMember: member)
            )
    }

    /// A value with its comment left out, shown where it may be, or where it is no text.
    private static func value(_ text: ArraySlice<UInt8>, isShown: Bool) -> String {
        var end = text.startIndex
        while end < text.endIndex {
            let isBehindBlank = end == text.startIndex || text[end - 1] == UInt8(ascii: " ")
            if text[end] == UInt8(ascii: "#"), isBehindBlank { break }
            end += 1
        }
        let comment = end < text.endIndex ? "# …" : ""
        let value = text[..<end]
        let trimmed = value.reversed().drop { $0 == UInt8(ascii: " ") }.count
        let mayBeShown = isShown && !value.contains(UInt8(ascii: "{")) || isNoText(value.prefix(trimmed))
        let shown =
            mayBeShown || trimmed == 0
            ? VisibleText.part(ExactString(String(decoding: value, as: UTF8.self))) : "…"
        return shown + (comment.utf8.isEmpty || shown.utf8.last == UInt8(ascii: " ") || shown.utf8.isEmpty ? "" : " ")
            + comment
    }

    /// A number, quoted or not, a word of JSON, brackets, or what a text of several lines starts with.
    private static func isNoText(_ value: ArraySlice<UInt8>) -> Bool {
        let word = ExactString(String(decoding: value, as: UTF8.self))
        if ["true", "false", "null", "~", "|", "|-", "|+", ">", ">-", ">+"].contains(word) { return true }
        return value.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || "{}[]\"', .".utf8.contains($0) }
    }

    /// An element of a list that is a name: 253 characters of those that names have.
    private static func isName(_ value: ArraySlice<UInt8>) -> Bool {
        value.count <= 253 && value.allSatisfy { $0.isASCIIAlphanumeric || "-._/\"',".utf8.contains($0) }
    }
}
