/// Foreign text made fit to print: the one way it gets into messages, logs, reports and answers.
///
/// Whatever could act on a terminal, hide, or reorder what stands beside it is shown by its number, `\u202e` or
/// `\u{e0041}`, and what is repeated of a foreign text is cut. Made visible twice a text stays the same.
package enum VisibleText {
    /// Longest part of a foreign text that is repeated, in characters (Unicode scalars).
    package static let maximumLength = 80

    /// Longest word that is told without quotes.
    private static let maximumWordLength = 32

    /// `text` in double quotes on one line, quotes and backslashes escaped, cut.
    package static func quoted(_ text: ExactString, upTo limit: Int = maximumLength) -> String {
        if isPlain(text, upTo: limit, isQuoted: true) { return "\"\(text.string)\"" }
        var result = "\""
        append(text.string, to: &result, upTo: limit, isQuoted: true)
        return result + "\""
    }

    /// The first of `names`, quoted, and how many there are beyond.
    package static func list(_ names: [ExactString], atMost count: Int) -> String {
        let others = names.count > count ? " and \(names.count - count) more" : ""
        return names.prefix(count).map { quoted($0) }.joined(separator: ", ") + others
    }

    /// `text` on one line as part of another, without quotes, cut.
    package static func part(_ text: ExactString, upTo limit: Int = maximumLength) -> String {
        if isPlain(text, upTo: limit, isQuoted: false) { return text.string }
        var result = ""
        append(text.string, to: &result, upTo: limit, isQuoted: false)
        return result
    }

    /// `text` as it is if it is a short plain name (`[A-Za-z0-9][A-Za-z0-9_.-]*`), as a phase should be, else quoted.
    package static func word(_ text: ExactString) -> String {
        let utf8 = text.string.utf8
        let isWord =
            utf8.count <= maximumWordLength && utf8.first.map { $0.isASCIIAlphanumeric } ?? false
            && utf8.allSatisfy {
                $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
        return isWord ? text.string : quoted(text)
    }

    /// A whole line of this program's own making, of which nothing is cut.
    package static func line(_ text: String) -> String { part(ExactString(text), upTo: .max) }

    /// The same of a text of several lines.
    package static func lines(_ text: String) -> String {
        ExactString(text).split(at: "\n").map { line($0.string) }.joined(separator: "\n")
    }

    /// JSON that may be printed, with the same meaning: what is not visible stands as `\uXXXX` in its strings.
    package static func json(_ json: [UInt8]) -> [UInt8] {
        if unsafe json.withUnsafeBytes({ unsafe isVisible(json: $0) }) { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            // Line ends and tabs stand between values only.
            if scalar.value < 0x20 || isVisible(scalar) {
                result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    result += "\\u\(fourDigits(UInt32(unit)))".utf8
                }
            }
        }
        return result
    }

    /// Whether all of `json` may be printed as it is; most is ASCII, and its strings have no control characters but DEL.
    package static func isVisible(json: UnsafeRawBufferPointer) -> Bool {
        unsafe isFree(json, of: { $0 & tops | below(1, $0 ^ ones &* 0x7F) })
    }

    /// Appends what is shown of `text`, as far as `limit` characters go.
    static func append(_ text: some StringProtocol, to result: inout String, upTo limit: Int, isQuoted: Bool) {
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else {
                result += "…"
                return
            }
            count += 1
            if isQuoted, scalar == "\"" || scalar == "\\" {
                result += "\\"
                result.unicodeScalars.append(scalar)
            } else if isVisible(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result +=
                    scalar.value > 0xFFFF
                    ? "\\u{\(String(scalar.value, radix: 16))}" : "\\u\(fourDigits(scalar.value))"
            }
        }
    }

    /// Whether `text` is shown as it is; nearly all are, and most are ASCII.
    private static func isPlain(_ text: ExactString, upTo limit: Int, isQuoted: Bool) -> Bool {
        // Bytes are at least as many as characters.
        if text.string.utf8.count <= limit,
            unsafe text.withBytes({ unsafe isPlainASCII(UnsafeRawBufferPointer($0), isQuoted: isQuoted) })
        {
            return true
        }
        guard !isQuoted, limit == .max else { return false }
        return text.string.unicodeScalars.allSatisfy(isVisible)
    }

    /// Whether every byte is a visible character of ASCII, and none of those that quotes escape.
    private static func isPlainASCII(_ text: UnsafeRawBufferPointer, isQuoted: Bool) -> Bool {
        unsafe isFree(
            text,
            of: { word in
                var found = word & tops | below(0x20, word) | below(1, word ^ ones &* 0x7F)
                if isQuoted {
                    found |=
                        below(1, word ^ ones &* UInt64(UInt8(ascii: "\"")))
                        | below(1, word ^ ones &* UInt64(UInt8(ascii: "\\")))
                }
                return found
            }
        )
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The top bit of a byte of the result is set where the byte is below `bound`, at most 0x80: exact for the lowest such
    /// byte, and only whether there is one is asked.
    private static func below(_ bound: UInt64, _ word: UInt64) -> UInt64 { (word &- ones &* bound) & ~word & tops }

    /// Whether `odd` finds nothing in any eight bytes; none of what it looks for is a letter.
    private static func isFree(_ bytes: UnsafeRawBufferPointer, of odd: (UInt64) -> UInt64) -> Bool {
        var index = 0
        while index + 8 <= bytes.count {
            if unsafe odd(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) != 0 { return false }
            index += 8
        }
        guard index < bytes.count else { return true }
        // The last ones, with letters in the place of what is missing.
        var last = ones &* UInt64(UInt8(ascii: "x"))
        while index < bytes.count {
            last = unsafe last << 8 | UInt64(bytes[index])
            index += 1
        }
        return odd(last) == 0
    }

    private static func fourDigits(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    /// Whether `scalar` is seen where it stands and moves nothing else: no control, no line end, nothing that sets the
    /// direction of text, and nothing that renderers are to ignore.
    ///
    /// The last are Unicode 16.0's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), which has the bidirectional
    /// controls, and the interlinear annotation characters.
    package static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: true
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x2029: false
        case 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F: false
        case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x3164: false
        case 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB: false
        case 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: false
        default: true
        }
    }
}

extension ExactString {
    /// See ``VisibleText/part(_:upTo:)``.
    package var visible: ExactString { ExactString(VisibleText.part(self)) }
}
