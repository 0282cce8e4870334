/// Names of metrics and labels: letters, digits and `_`, no digit first (the `:` is for recording rules).
enum MetricName {
    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isDigit($0) || isLetter($0) }
    }

    /// `name` with everything that may not be in it replaced by `_`.
    static func make(from name: String) -> String {
        var made = name.utf8.map { isDigit($0) || isLetter($0) ? $0 : UInt8(ascii: "_") }
        if made.first.map(isDigit) ?? true { made.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: made, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
}
