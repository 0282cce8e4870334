internal import JSONPull

/// Refuses what is not a YAML text at all, before libyaml sees it, with errors that say what the file is instead.
enum YAMLTextCheck {
    /// A text that libyaml may read, and what is wrong behind it.
    struct Outcome {
        /// Whole documents: UTF-8 without byte order mark, with only the characters YAML 1.1 allows.
        var text: [UInt8]
        /// Why the rest of the text, if any, cannot be read.
        var error: YAMLError?
    }

    /// Checks all of `text`.
    static func check(_ text: [UInt8], limits: YAMLLimits) -> Outcome {
        let start = SourcePosition(line: 1, column: 1)
        guard text.count <= limits.maximumTextBytes else {
            let reason = "the text has \(text.count) bytes, more than \(limits.maximumTextBytes)"
            return Outcome(text: [], error: YAMLError(reason, at: start, remedy: "split the file"))
        }
        if text.starts(with: [0xFE, 0xFF]) || text.starts(with: [0xFF, 0xFE]) {
            return Outcome(text: [], error: YAMLError("the text is UTF-16", at: start, remedy: "save it as UTF-8"))
        }
        let body = text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text
        guard let first = firstUnusualByte(in: body.span), let (offset, error) = firstError(in: body, from: first)
        else { return Outcome(text: body, error: nil) }
        return Outcome(text: wholeDocuments(of: body[..<offset]), error: error)
    }

    /// The documents that end before the end of `text`: all up to the last line that starts with `---`.
    private static func wholeDocuments(of text: ArraySlice<UInt8>) -> [UInt8] {
        var index = text.endIndex - 4
        while index >= 0 {
            if text[index] == UInt8(ascii: "\n"), text[index + 1..<index + 4].elementsEqual("---".utf8) {
                return Array(text[...index])
            }
            index -= 1
        }
        return []
    }

    /// The offset of the first byte that is neither printable ASCII nor tab nor line break.
    private static func firstUnusualByte(in bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices where !isUsual(bytes[index]) { return index }
        return nil
    }

    private static func isUsual(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func firstError(in text: [UInt8], from start: Int) -> (offset: Int, error: YAMLError)? {
        var index = start
        while index < text.count {
            if isUsual(text[index]) {
                index += 1
                continue
            }
            guard let scalar = scalar(at: index, in: text.span) else {
                return (index, invalidUTF8(at: index, in: text))
            }
            guard isAllowed(scalar) else { return (index, controlCharacter(scalar, at: index, in: text)) }
            index += UTF8.width(scalar)
        }
        return nil
    }

    private static func invalidUTF8(at index: Int, in text: [UInt8]) -> YAMLError {
        YAMLError(
            "invalid UTF-8 (byte 0x\(hexadecimal(UInt32(text[index]), digits: 2)))",
            at: YAMLLines.position(ofByte: index, in: text),
            remedy: "save the file as UTF-8"
        )
    }

    private static func controlCharacter(_ scalar: Unicode.Scalar, at index: Int, in text: [UInt8]) -> YAMLError {
        let position = YAMLLines.position(ofByte: index, in: text)
        if scalar == "\0" {
            return YAMLError("a NUL byte: this is not a text", at: position, remedy: "give a YAML or JSON file")
        }
        return YAMLError(
            "the control character U+\(hexadecimal(scalar.value, digits: 4))",
            at: position,
            remedy: "remove it, or write it as \\u\(hexadecimal(scalar.value, digits: 4)) in double quotes"
        )
    }

    /// YAML 1.1 section 5.1, `c-printable`.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: true
        default: false
        }
    }

    /// The scalar whose UTF-8 (RFC 3629 section 4) starts at `index`, nil when there is none.
    private static func scalar(at index: Int, in bytes: Span<UInt8>) -> Unicode.Scalar? {
        let first = bytes[index]
        let (count, smallest): (Int, UInt32) =
            switch first {
            case 0..<0x80: (1, 0)
            case 0xC2...0xDF: (2, 0x80)
            case 0xE0...0xEF: (3, 0x800)
            case 0xF0...0xF4: (4, 0x1_0000)
            default: (0, 0)
            }
        guard count > 0, index + count <= bytes.count else { return nil }
        var value = count == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(count))
        for offset in 1..<max(count, 1) {
            let byte = bytes[index + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        return value >= smallest ? Unicode.Scalar(value) : nil
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
