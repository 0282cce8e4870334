internal import JSONPull
internal import Offline

/// A change of text that puts something right.
struct TextFix {
    let title: String
    let start: DocumentLines.Place
    let end: DocumentLines.Place
    let newText: String

    /// Nil where there is no mechanical fix, or where the text is written in a way that it does not fit.
    init?(_ diagnostic: DocumentCheck.Diagnostic, in lines: DocumentLines) {
        switch diagnostic.fix {
        case nil: return nil
        case .rename(let name)?:
            let (line, bytes) = lines.token(at: diagnostic.position)
            title = "Change to \(VisibleText.quoted(ExactString(name)))"
            start = lines.place(line, bytes: bytes.lowerBound)
            end = lines.place(line, bytes: bytes.upperBound)
            newText = Self.like(lines.line(line).dropFirst(bytes.lowerBound).first, name)
        case .replaceValue(let value)?:
            guard let (line, bytes) = lines.value(ofKeyAt: diagnostic.position) else { return nil }
            title = "Change to \(VisibleText.quoted(ExactString(value)))"
            start = lines.place(line, bytes: bytes.lowerBound)
            end = lines.place(line, bytes: bytes.upperBound)
            newText = Self.like(lines.line(line).dropFirst(bytes.lowerBound).first, value)
        case .removeMember?:
            guard let range = lines.lines(ofMemberAt: diagnostic.position) else { return nil }
            title = "Remove \(range.count == 1 ? "this line" : "these \(range.count) lines")"
            start = DocumentLines.Place(line: range.lowerBound, character: 0)
            end =
                range.upperBound < lines.count
                ? DocumentLines.Place(line: range.upperBound, character: 0)
                : lines.place(range.upperBound - 1, bytes: .max)
            newText = ""
        }
    }

    /// A text in double quotes where there were quotes, or where it needs them.
    private static func like(_ first: UInt8?, _ text: String) -> String {
        let isPlain =
            text.utf8.first.map { $0.isASCIIAlphanumeric && !(0x30...0x39).contains($0) } == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./".utf8.contains($0) }
        if isPlain, first != UInt8(ascii: "\""), first != UInt8(ascii: "'") { return text }
        var writer = JSONWriter(capacity: 64)
        writer.string(text)
        return unsafe writer.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
