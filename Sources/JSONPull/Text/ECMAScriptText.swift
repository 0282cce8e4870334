/// The text operations of the AgentRun controller, which is written in ECMAScript.
extension ExactString {
    /// Without white space and line ends at both ends, as ECMAScript's `String.prototype.trim` takes them (ECMA-262
    /// sections 12.2 and 12.3: Unicode Zs, tab, vertical tab, form feed, BOM, LF, CR, U+2028, U+2029).
    package var trimmed: ExactString {
        // Nearly all text starts and ends with a visible ASCII character.
        if isTrimmedASCII || isEmpty { return self }
        let scalars = string.unicodeScalars
        guard let start = scalars.firstIndex(where: { !Self.isWhitespace($0) }),
            let end = scalars.lastIndex(where: { !Self.isWhitespace($0) })
        else { return "" }
        return ExactString(String(scalars[start...end]))
    }

    /// Whether nothing is left after trimming.
    package var isBlank: Bool {
        let first = unsafe withBytes { unsafe $0.first }
        guard let first else { return true }
        return !Self.isVisibleASCII(first) && string.unicodeScalars.allSatisfy(Self.isWhitespace)
    }

    /// With `A` to `Z` lower-cased and nothing else changed.
    package var asciiLowercased: ExactString {
        guard string.utf8.contains(where: { ($0 &- UInt8(ascii: "A")) < 26 }) else { return self }
        let count = string.utf8.count
        let text = unsafe String(unsafeUninitializedCapacity: count) { output in
            var index = 0
            for byte in string.utf8 {
                unsafe output[index] = (byte &- UInt8(ascii: "A")) < 26 ? byte | 0x20 : byte
                index += 1
            }
            return index
        }
        return ExactString(text)
    }

    /// The text trimmed, nil when it is blank: the controller's `str(x)`.
    package var nonBlank: ExactString? {
        if isTrimmedASCII { return self }
        let text = trimmed
        return text.isEmpty ? nil : text
    }

    /// Whether the first and the last character are visible and ASCII.
    private var isTrimmedASCII: Bool {
        unsafe withBytes { bytes in
            guard let first = unsafe bytes.first, let last = unsafe bytes.last else { return false }
            return Self.isVisibleASCII(first) && Self.isVisibleASCII(last)
        }
    }

    private static func isVisibleASCII(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

    private static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF: true
        default: false
        }
    }
}
