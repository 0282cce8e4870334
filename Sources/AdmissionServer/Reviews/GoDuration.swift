package import NIOCore

/// A duration as Go writes it: `10s`, `1m30s`, `1.5s`, `250ms`.
///
/// A kube-apiserver sends whole seconds, rounded up; other clients send what they like. It is read with every review, hence
/// from bytes: a Substring's comparisons alone cost more than the metrics of a review.
package enum GoDuration {
    /// 146 years: Go's own limit is twice that.
    private static let maximumNanoseconds = 4.6e18

    /// The duration, or nil when the text is none, is negative, or is absurdly long.
    package static func parse(_ text: String) -> TimeAmount? {
        var text = text
        // The bytes are lent for the call.
        return text.withUTF8 { unsafe parse($0[...]) }
    }

    /// The same of UTF-8 bytes, which are not kept.
    static func parse(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> TimeAmount? {
        // The only number that needs no unit.
        if unsafe text.count == 1 && text.first == UInt8(ascii: "0") { return .zero }
        var rest = unsafe text
        var nanoseconds = 0.0
        guard unsafe !rest.isEmpty else { return nil }
        while unsafe !rest.isEmpty {
            guard let number = unsafe takeNumber(&rest), let unit = unsafe takeUnit(&rest) else { return nil }
            nanoseconds += number * unit
            guard nanoseconds < maximumNanoseconds else { return nil }
        }
        return .nanoseconds(Int64(nanoseconds.rounded()))
    }

    /// Digits, and at most one point among them.
    private static func takeNumber(_ text: inout Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        var number = 0.0
        var scale = 1.0
        var hasPoint = false
        var hasDigit = false
        while let byte = unsafe text.first {
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if isDigit(byte) {
                hasDigit = true
                number = number * 10 + Double(byte - UInt8(ascii: "0"))
                if hasPoint { scale *= 10 }
            } else {
                break
            }
            unsafe text.removeFirst()
        }
        // More digits than a Double holds are no duration anybody means.
        return hasDigit && scale.isFinite && number.isFinite ? number / scale : nil
    }

    /// A unit, as nanoseconds.
    private static func takeUnit(_ text: inout Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        // The bytes of the longest unit, in one number.
        var unit: UInt32 = 0
        var length = 0
        while let byte = unsafe text.first, byte != UInt8(ascii: "."), !isDigit(byte) {
            length += 1
            guard length <= 3 else { return nil }
            unit = unit << 8 | UInt32(byte)
            unsafe text.removeFirst()
        }
        return switch unit {
        case 0x73: 1e9  // s
        case 0x6D73: 1e6  // ms
        case 0x6D: 60e9  // m
        case 0x68: 3600e9  // h
        case 0x6E73: 1  // ns
        case 0x7573, 0xC2B573, 0xCEBC73: 1e3  // us, with the letter u, U+00B5 or U+03BC
        default: nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
