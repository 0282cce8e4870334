internal import YAMLPull

extension SourceTree {
    /// Where the line starts that the byte at `offset` is in, or `least` if that is behind it.
    func startOfLine(_ offset: Int, atLeast least: Int = 0) -> Int {
        var start = offset
        while start > max(0, least), !Self.endsLine(bytes[start - 1]) { start -= 1 }
        return start
    }

    /// Where the line behind that of `offset` starts, if behind `offset` there is only a comment.
    func startOfNextLine(_ offset: Int) throws(EditRefusal) -> Int {
        var index = offset
        while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
        let isComment = index > offset && index < bytes.count && bytes[index] == UInt8(ascii: "#")
        if isComment { while index < bytes.count, !Self.endsLine(bytes[index]) { index += 1 } }
        guard index < bytes.count else { return index }
        guard Self.endsLine(bytes[index]) else { throw EditRefusal("something else is written in its line") }
        return behindLineEnd(index)
    }

    /// Behind the CR LF, CR or LF at `offset`.
    func behindLineEnd(_ offset: Int) -> Int {
        let isPair =
            bytes[offset] == UInt8(ascii: "\r") && offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n")
        return offset + (isPair ? 2 : 1)
    }

    /// The end of the line before `offset`, or, as there is none, that of the text's first line.
    func lineEnd(before offset: Int) -> [UInt8] {
        if offset > 0, Self.endsLine(bytes[offset - 1]) {
            let isPair =
                offset > 1 && bytes[offset - 1] == UInt8(ascii: "\n") && bytes[offset - 2] == UInt8(ascii: "\r")
            return Array(bytes[(offset - (isPair ? 2 : 1))..<offset])
        }
        guard let first = bytes.firstIndex(where: Self.endsLine) else { return [UInt8(ascii: "\n")] }
        return Array(bytes[first..<behindLineEnd(first)])
    }

    /// The blanks that a line starts with, and the hyphens of lists among them; nil where something else is before `offset`.
    func indentation(before offset: Int) -> (columns: Int, hasHyphen: Bool)? {
        // Nobody indents further, and each patch looks at it.
        let start = startOfLine(offset, atLeast: offset - 1024)
        guard start == 0 || Self.endsLine(bytes[start - 1]) else { return nil }
        let prefix = bytes[start..<offset]
        guard prefix.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }) else { return nil }
        return (prefix.count, prefix.contains(UInt8(ascii: "-")))
    }

    static func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Whether there are only blanks and line ends in `range`, beside so many commas.
    func isEmpty(_ range: Range<Int>, commas: Int = 0) -> Bool {
        var found = 0
        for byte in bytes[range] {
            if byte == UInt8(ascii: ",") {
                found += 1
            } else if !Self.isBlank(byte), !Self.endsLine(byte) {
                return false
            }
        }
        return found == commas
    }
}
