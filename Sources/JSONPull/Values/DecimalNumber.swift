/// A JSON number as sign, significant digits and power of ten, so that equal numbers compare equal however written and
/// none is rounded on the way.
///
/// It looks at the bytes it was written in, and must not outlive them.
@safe
struct DecimalNumber {
    private let isNegative: Bool
    /// From the first digit that is not 0 to the last, a point perhaps among them; empty for zero.
    private let digits: UnsafeRawBufferPointer
    /// Power of ten of the last digit, as far as it is not ``hugeExponent``.
    private let exponent: Int
    /// The exponent's sign and digits, where they are too many for an `Int`.
    private let hugeExponent: UnsafeRawBufferPointer?

    private static let zero = UInt8(ascii: "0")
    private static let point = UInt8(ascii: ".")

    /// - Parameter text: a number by the grammar of RFC 8259 section 6.
    init(_ text: UnsafeRawBufferPointer) {
        let mark = unsafe text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
        var start = unsafe text.first == UInt8(ascii: "-") ? 1 : 0
        isNegative = start == 1
        let point = unsafe text[start..<mark].firstIndex(of: Self.point) ?? mark
        while start < mark, unsafe text[start] == Self.zero || text[start] == Self.point { start += 1 }
        var end = mark
        while end > start, unsafe text[end - 1] == Self.zero || text[end - 1] == Self.point { end -= 1 }
        unsafe digits = UnsafeRawBufferPointer(rebasing: text[start..<end])
        // Digits behind the last one that counts, up to the point; or from the point to it.
        var power = end > point ? point + 1 - end : point - end
        var huge: UnsafeRawBufferPointer?
        if start < end, mark < text.endIndex {
            switch unsafe Exponent(UnsafeRawBufferPointer(rebasing: text[(mark + 1)...])) {
            case .value(let value): power += value
            case .huge(let digits): unsafe huge = digits
            }
        }
        exponent = power
        unsafe hugeExponent = huge
    }

    /// What is behind the `e`.
    @safe
    private enum Exponent {
        case value(Int)
        case huge(UnsafeRawBufferPointer)

        /// So many digits are no overflow, whatever is added for the digits of a number in memory.
        private static let maximumDigits = 18

        init(_ text: UnsafeRawBufferPointer) {
            let isNegative = unsafe text.first == UInt8(ascii: "-")
            var start = 0
            while start < text.count, unsafe !(0x31...0x39).contains(text[start]) { start += 1 }
            guard text.count - start > Self.maximumDigits else {
                var value = 0
                while start < text.count {
                    value = unsafe value * 10 + Int(text[start] - DecimalNumber.zero)
                    start += 1
                }
                self = .value(isNegative ? -value : value)
                return
            }
            // The sign tells two apart, too, and any that is written differently counts as another.
            unsafe self = .huge(UnsafeRawBufferPointer(rebasing: text[(isNegative ? 0 : start)...]))
        }
    }

    static func == (one: DecimalNumber, other: DecimalNumber) -> Bool {
        if unsafe one.digits.isEmpty || other.digits.isEmpty {
            return unsafe one.digits.isEmpty && other.digits.isEmpty
        }
        guard one.isNegative == other.isNegative, one.exponent == other.exponent else { return false }
        switch unsafe (one.hugeExponent, other.hugeExponent) {
        case (nil, nil): break
        case (let left?, let right?): guard unsafe left.elementsEqual(right) else { return false }
        default: return false
        }
        return unsafe haveSameDigits(one.digits, other.digits)
    }

    private static func haveSameDigits(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        var (left, right) = (0, 0)
        while true {
            if left < one.count, unsafe one[left] == point { left += 1 }
            if right < other.count, unsafe other[right] == point { right += 1 }
            guard left < one.count, right < other.count else { return left == one.count && right == other.count }
            guard unsafe one[left] == other[right] else { return false }
            (left, right) = (left + 1, right + 1)
        }
    }
}
