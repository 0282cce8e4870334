/// Turns the inside of a JSON string, escapes and all, into a `String`.
enum JSONUnescaping {
    /// The string that `raw` (the bytes between the quotes, already checked) stands for.
    ///
    /// A surrogate without its partner becomes U+FFFD, as the API server makes it. `\u0000` is kept.
    static func string(_ raw: UnsafeRawBufferPointer) -> String {
        unsafe String(unsafeUninitializedCapacity: raw.count) { target in
            var read = 0
            var write = 0
            while read < raw.count {
                let byte = unsafe raw[read]
                if byte == UInt8(ascii: "\\") {
                    let scalar = unsafe scalar(in: raw, at: &read)
                    for unit in Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter {
                        unsafe target[write] = unit
                        write += 1
                    }
                } else {
                    unsafe target[write] = byte
                    read += 1
                    write += 1
                }
            }
            return write
        }
    }

    /// Whether `raw`, unescaped, is exactly `expected`.
    static func equals(_ raw: UnsafeRawBufferPointer, _ expected: UnsafeBufferPointer<UInt8>) -> Bool {
        var read = 0
        var matched = 0
        while read < raw.count {
            guard unsafe raw[read] == UInt8(ascii: "\\") else {
                guard matched < expected.count, unsafe expected[matched] == raw[read] else { return false }
                read += 1
                matched += 1
                continue
            }
            let scalar = unsafe scalar(in: raw, at: &read)
            for unit in Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter {
                guard matched < expected.count, unsafe expected[matched] == unit else { return false }
                matched += 1
            }
        }
        return matched == expected.count
    }

    /// The scalar an escape at `index` stands for; `index` moves past it.
    ///
    /// A truncated escape is U+FFFD.
    private static func scalar(in raw: UnsafeRawBufferPointer, at index: inout Int) -> Unicode.Scalar {
        guard index + 1 < raw.count else {
            index += 1
            return "\u{FFFD}"
        }
        let letter = unsafe raw[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return unsafe unicodeScalar(in: raw, at: &index)
        default: return Unicode.Scalar(letter)
        }
    }

    /// The scalar of `\uXXXX`, or of a surrogate pair of them; `index` is at the first digit.
    private static func unicodeScalar(in raw: UnsafeRawBufferPointer, at index: inout Int) -> Unicode.Scalar {
        guard let unit = unsafe codeUnit(in: raw, at: index) else {
            index = raw.count
            return "\u{FFFD}"
        }
        index += 4
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, index + 5 < raw.count, unsafe raw[index] == UInt8(ascii: "\\"),
            unsafe raw[index + 1] == UInt8(ascii: "u"),
            let low = unsafe codeUnit(in: raw, at: index + 2), (0xDC00...0xDFFF).contains(low)
        else { return "\u{FFFD}" }
        index += 6
        let value = 0x10000 + ((UInt32(unit) - 0xD800) << 10) + (UInt32(low) - 0xDC00)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private static func codeUnit(in raw: UnsafeRawBufferPointer, at index: Int) -> UInt16? {
        guard index + 4 <= raw.count else { return nil }
        var value: UInt16 = 0
        for offset in 0..<4 {
            guard let digit = unsafe HexDigit.value(raw[index + offset]) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

/// Hexadecimal digits.
enum HexDigit {
    /// The value of an ASCII hexadecimal digit, nil for any other byte.
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
