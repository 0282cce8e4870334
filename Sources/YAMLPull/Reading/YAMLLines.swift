internal import JSONPull

/// Lines of a YAML text, divided as libyaml divides them (YAML 1.1 section 5.4).
enum YAMLLines {
    /// The bytes of a line, counted from 1, without its end; empty past the last line.
    static func bytes(ofLine number: Int, in text: [UInt8]) -> ArraySlice<UInt8> {
        var line = 1
        var start = 0
        var index = 0
        while index < text.count {
            let length = breakLength(at: index, in: text)
            if length > 0, line == number { break }
            if length > 0 {
                line += 1
                start = index + length
            }
            index += max(length, 1)
        }
        return line == number ? text[start..<index] : []
    }

    /// The place of the byte at `offset`.
    static func position(ofByte offset: Int, in text: [UInt8]) -> SourcePosition {
        var position = SourcePosition(line: 1, column: 1)
        var index = 0
        while index < min(offset, text.count) {
            let length = breakLength(at: index, in: text)
            if length > 0 {
                position = SourcePosition(line: position.line + 1, column: 1)
            } else if text[index] & 0xC0 != 0x80 {
                position.column += 1
            }
            index += max(length, 1)
        }
        return position
    }

    /// How many bytes the line break at `index` has, 0 for none: CR LF, CR, LF, and U+0085, U+2028, U+2029.
    static func breakLength(at index: Int, in text: [UInt8]) -> Int {
        switch text[index] {
        case UInt8(ascii: "\n"): 1
        case UInt8(ascii: "\r"): index + 1 < text.count && text[index + 1] == UInt8(ascii: "\n") ? 2 : 1
        case 0xC2: index + 1 < text.count && text[index + 1] == 0x85 ? 2 : 0
        case 0xE2:
            index + 2 < text.count && text[index + 1] == 0x80 && (0xA8...0xA9).contains(text[index + 2]) ? 3 : 0
        default: 0
        }
    }
}
