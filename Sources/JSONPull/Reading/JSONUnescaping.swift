#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

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

    /// The inside of a string, and whether it has an escape; it must not outlive the bytes.
    @safe
    struct Text {
        let raw: UnsafeRawBufferPointer
        let isEscaped: Bool

        init(raw: UnsafeRawBufferPointer, isEscaped: Bool) {
            unsafe self.raw = raw
            self.isEscaped = isEscaped
        }
    }

    /// Below 0, 0 or above it as the bytes of `one`, unescaped, are before, the same as or behind those of `other`.
    static func order(_ one: Text, _ other: Text) -> Int {
        guard one.isEscaped || other.isEscaped else {
            let common = unsafe min(one.raw.count, other.raw.count)
            if common > 0, let left = unsafe one.raw.baseAddress, let right = unsafe other.raw.baseAddress {
                let order = unsafe memcmp(left, right, common)
                if order != 0 { return Int(order) }
            }
            return unsafe one.raw.count - other.raw.count
        }
        var (left, right) = unsafe (Bytes(raw: one.raw), Bytes(raw: other.raw))
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return 0
            case (nil, _): return -1
            case (_, nil): return 1
            case (let byte?, let counterpart?): if byte != counterpart { return Int(byte) - Int(counterpart) }
            }
        }
    }

    /// The bytes of a string, unescaped, one after the other.
    @safe
    private struct Bytes {
        private let raw: UnsafeRawBufferPointer
        private var index = 0
        /// What is left of the scalar that an escape stands for.
        private var scalar = Unicode.UTF8.EncodedScalar()

        init(raw: UnsafeRawBufferPointer) {
            unsafe self.raw = raw
        }

        mutating func next() -> UInt8? {
            if !scalar.isEmpty { return scalar.removeFirst() }
            guard unsafe index < raw.count else { return nil }
            let byte = unsafe raw[index]
            guard byte == UInt8(ascii: "\\") else {
                index += 1
                return byte
            }
            let found = unsafe JSONUnescaping.scalar(in: raw, at: &index)
            scalar = Unicode.UTF8.encode(found) ?? Unicode.UTF8.encodedReplacementCharacter
            return scalar.removeFirst()
        }
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
package enum HexDigit {
    /// The value of an ASCII hexadecimal digit, nil for any other byte.
    package static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
