/// Searching and cutting by bytes: what is to be used on foreign text instead of `String`'s own operations, which work on
/// grapheme clusters.
extension ExactString {
    /// Whether the bytes of `text` occur.
    package func contains(_ text: ExactString) -> Bool { place(of: text) != nil }

    /// Whether the last bytes are those of `suffix`.
    package func ends(with suffix: ExactString) -> Bool {
        string.utf8.count >= suffix.string.utf8.count
            && string.utf8.suffix(suffix.string.utf8.count).elementsEqual(suffix.string.utf8)
    }

    /// The pieces between each `byte` and the next, empty ones, too; at least one.
    package func split(at byte: ASCIIByte) -> [ExactString] {
        string.utf8.split(separator: byte.value, omittingEmptySubsequences: false).map { ExactString(Substring($0)) }
    }

    /// What is before and what is after the last `byte`; nil when there is none.
    package func cut(atLast byte: ASCIIByte) -> (before: ExactString, after: ExactString)? {
        string.utf8.lastIndex(of: byte.value).map { cut($0, 1) }
    }

    /// What is before and what is after the first `text`; nil when there is none.
    package func cut(atFirst text: ExactString) -> (before: ExactString, after: ExactString)? {
        place(of: text).map { cut($0, text.string.utf8.count) }
    }

    /// What follows `prefix`; nil when the text does not start with it.
    package func dropping(prefix: ExactString) -> ExactString? {
        starts(with: prefix) ? ExactString(Substring(string.utf8.dropFirst(prefix.string.utf8.count))) : nil
    }

    /// What precedes `suffix`; nil when the text does not end with it.
    package func dropping(suffix: ExactString) -> ExactString? {
        ends(with: suffix) ? ExactString(Substring(string.utf8.dropLast(suffix.string.utf8.count))) : nil
    }

    /// Without any `byte` at both ends.
    package func trimming(_ byte: ASCIIByte) -> ExactString {
        let utf8 = string.utf8
        guard utf8.first == byte.value || utf8.last == byte.value else { return self }
        guard let start = utf8.firstIndex(where: { $0 != byte.value }),
            let end = utf8.lastIndex(where: { $0 != byte.value })
        else { return "" }
        return ExactString(Substring(utf8[start...end]))
    }

    /// The first `count` characters (Unicode scalars), all of them if there are no more.
    package func prefix(characters count: Int) -> ExactString {
        guard string.utf8.count > count else { return self }
        return ExactString(String(String.UnicodeScalarView(string.unicodeScalars.prefix(count))))
    }

    /// The first bytes, at most `count` and no scalar cut in two.
    package func prefix(bytes count: Int) -> ExactString {
        let utf8 = string.utf8
        guard utf8.count > count else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, count))
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return ExactString(Substring(utf8[..<end]))
    }

    /// With `replacement` for every `byte`.
    package func replacing(_ byte: ASCIIByte, with replacement: ExactString) -> ExactString {
        guard string.utf8.contains(byte.value) else { return self }
        var result = ""
        for (index, piece) in split(at: byte).enumerated() {
            if index > 0 { result += replacement.string }
            result += piece.string
        }
        return ExactString(result)
    }

    /// The start of the first `text`.
    private func place(of text: ExactString) -> String.Index? {
        let utf8 = string.utf8
        let wanted = text.string.utf8
        guard let first = wanted.first else { return utf8.startIndex }
        var rest = utf8[...]
        while let start = rest.firstIndex(of: first) {
            if utf8[start...].starts(with: wanted) { return start }
            rest = utf8[utf8.index(after: start)...]
        }
        return nil
    }

    private func cut(_ place: String.Index, _ count: Int) -> (before: ExactString, after: ExactString) {
        let utf8 = string.utf8
        let after = utf8.index(place, offsetBy: count)
        return (ExactString(Substring(utf8[..<place])), ExactString(Substring(utf8[after...])))
    }
}
