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

    /// The place of the byte at `offset`, or of the end.
    func place(offset: Int) -> Place {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return place(low - 1, bytes: offset - starts[low - 1])
    }
}
