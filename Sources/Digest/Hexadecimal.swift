/// Bytes as lower-case hexadecimal digits, two a byte.
package enum Hexadecimal {
    /// The digits of `bytes`.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        let digits: StaticString = "0123456789abcdef"
        return unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { output in
            var end = 0
            // Two digits for each of as many bytes as there is room for; a digit of the literal for each of 16 values.
            for byte in bytes {
                unsafe output[end] = digits.utf8Start[Int(byte >> 4)]
                unsafe output[end + 1] = digits.utf8Start[Int(byte & 0xF)]
                end += 2
            }
            return end
        }
    }

    /// The 16 digits of a number, the highest first.
    package static func text(_ number: UInt64) -> String {
        text((0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) })
    }

    /// The bytes that `digits` stand for; nil for anything but pairs of lower-case digits.
    package static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    /// Whether `text` is so many digits and nothing else.
    package static func isText(_ text: String, count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { value(of: $0) != nil }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
