/// A JSON number as sign, significant digits and power of ten, so that equal numbers compare equal however written and
/// none is rounded on the way.
struct DecimalNumber: Equatable {
    private var isNegative = false
    /// Digits without leading and trailing zeros; empty for zero.
    private var digits: [UInt8] = []
    /// Power of ten of the last digit.
    ///
    /// Kept as text when the exponent itself is beyond an `Int`.
    private var exponent = 0
    private var hugeExponent: String?

    /// - Parameter text: a number by the grammar of RFC 8259 section 6.
    init(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "e"), maxSplits: 1)
        let mantissaAndExponent = parts.count == 2 ? parts : text.utf8.split(separator: UInt8(ascii: "E"), maxSplits: 1)
        var isFraction = false
        for byte in mantissaAndExponent[0] {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            default:
                if isFraction { exponent -= 1 }
                if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        guard !digits.isEmpty else {
            (isNegative, exponent) = (false, 0)
            return
        }
        if mantissaAndExponent.count == 2 { add(exponent: Substring(mantissaAndExponent[1])) }
    }

    private mutating func add(exponent text: Substring) {
        let digits = text.utf8.first == UInt8(ascii: "+") ? Substring(text.utf8.dropFirst()) : text
        guard let value = Int(digits), value.magnitude < UInt(Int32.max) else {
            hugeExponent = String(digits)
            return
        }
        exponent += value
    }
}
