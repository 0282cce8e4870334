internal import JSONPull

/// The lines of a text, and places in it as editors count them: lines from 0, columns in UTF-16 code units.
struct DocumentLines {
    let text: [UInt8]
    /// Where each line starts.
    private let starts: [Int]

    init(_ text: [UInt8]) {
        self.text = text
        var starts = [0]
        for (index, byte) in text.enumerated() where byte == 0x0A || byte == 0x0D {
            let isInPair = byte == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A
            if !isInPair { starts.append(index + 1) }
        }
        self.starts = starts
    }

    /// A line and a column.
    struct Place: Equatable {
        var line: Int
        var character: Int
    }

    var count: Int { starts.count }

    /// A line, from 0, without its end.
    func line(_ number: Int) -> ArraySlice<UInt8> {
        guard starts.indices.contains(number) else { return [] }
        let end = number + 1 < starts.count ? starts[number + 1] : text.count
        return text[starts[number]..<end].prefix { $0 != 0x0A && $0 != 0x0D }
    }

    /// The place `bytes` behind the start of a line.
    func place(_ number: Int, bytes: Int) -> Place {
        let part = line(number).prefix(max(0, bytes))
        return Place(line: number, character: String(decoding: part, as: UTF8.self).utf16.count)
    }

    /// How many bytes of a line there are before a column in characters, from 1.
    func bytes(before column: Int, in number: Int) -> Int {
        var count = 0
        var characters = 0
        for byte in line(number) {
            if byte & 0xC0 != 0x80 {
                characters += 1
                if characters == column { return count }
            }
            count += 1
        }
        return count
    }

    /// The bytes of the key or value that stands at a place, in its line: quotes are part of it.
    func token(at position: SourcePosition) -> (line: Int, bytes: Range<Int>) {
        let number = position.line - 1
        let line = line(number)
        let start = bytes(before: position.column, in: number)
        let rest = line.dropFirst(start)
        guard let first = rest.first else { return (number, start..<start) }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            let end = rest.dropFirst().firstIndex(of: first).map { $0 + 1 } ?? rest.endIndex
            return (number, start..<(start + end - rest.startIndex))
        }
        let count = rest.prefix { !" :,{}[]".utf8.contains($0) }.count
        return (number, start..<(start + max(1, count)))
    }

    /// The bytes of the plain or quoted value behind the key at a place, in its line; nil of a value of several lines, and of one
    /// that is no text.
    func value(ofKeyAt position: SourcePosition) -> (line: Int, bytes: Range<Int>)? {
        let (number, key) = token(at: position)
        let line = line(number)
        var rest = line.dropFirst(key.upperBound)
        guard rest.first == UInt8(ascii: ":") else { return nil }
        rest = rest.dropFirst().drop { $0 == UInt8(ascii: " ") }
        guard let first = rest.first, !"|>{[&*!#".utf8.contains(first) else { return nil }
        let start = rest.startIndex - line.startIndex
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            guard let end = rest.dropFirst().firstIndex(of: first) else { return nil }
            return (number, start..<(end + 1 - line.startIndex))
        }
        let value = rest.prefix { !",}]#".utf8.contains($0) }
        let end = value.lastIndex { $0 != UInt8(ascii: " ") } ?? value.startIndex
        return (number, start..<(end + 1 - line.startIndex))
    }

    /// The lines of the member that starts at a place, if nothing else is in them: the key's, and those indented below it.
    func lines(ofMemberAt position: SourcePosition) -> Range<Int>? {
        let number = position.line - 1
        let indentation = bytes(before: position.column, in: number)
        guard line(number).prefix(indentation).allSatisfy({ $0 == UInt8(ascii: " ") }) else { return nil }
        var end = number + 1
        while end < count {
            let next = line(end)
            let spaces = next.prefix { $0 == UInt8(ascii: " ") }.count
            // A list may stand as far to the left as its key.
            let isBelow =
                spaces > indentation || spaces == next.count
                || (spaces == indentation && next.dropFirst(spaces).starts(with: "- ".utf8))
            guard isBelow else { break }
            end += 1
        }
        return number..<end
    }
}
