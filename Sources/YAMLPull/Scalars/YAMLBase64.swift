/// Base64 (RFC 4648 section 4) as `!!binary` holds it: with padding, line breaks count for nothing.
enum YAMLBase64 {
    /// The bytes, nil when the text is not base64.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text where byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r") {
            if byte == UInt8(ascii: "=") {
                padding += 1
            } else {
                guard padding == 0, let value = value(of: byte) else { return nil }
                bits = bits << 6 | UInt32(value)
            }
            count += 1
            guard count.isMultiple(of: 4) else { continue }
            guard padding <= 2 else { return nil }
            bits <<= 6 * UInt32(padding)
            for shift in [16, 8, 0].prefix(3 - padding) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
            }
            bits = 0
            if padding > 0 { padding = 3 }
        }
        return count.isMultiple(of: 4) && (padding == 0 || padding == 3) ? bytes : nil
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
