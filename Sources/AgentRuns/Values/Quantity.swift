package import JSONPull

/// An amount of a resource as `resource.ParseQuantity` of k8s.io/apimachinery takes it: `500m`, `1.5`, `4Gi`, `12e6`.
///
/// Read as that scanner reads, not as its documentation says: there may be no digit at all (`Gi`, `.` and `+` are zero), and a
/// point may be first or last.
package struct Quantity: Sendable {
    /// Why a text is none.
    package enum Fault: Error {
        case empty
        /// What stands there is no number with a suffix, or no suffix that Kubernetes knows.
        case format
    }

    /// Whether it is less than zero; `-0` is not.
    package let isNegative: Bool
    private let text: ExactString
    /// Where digits and the point stand.
    private let number: Range<Int>
    private let fractionCount: Int
    private let decimalExponent: Int
    private let binaryExponent: Int
    /// Whether it is short enough to be compared.
    private let isComparable: Bool

    /// Beyond this many bytes, or an exponent beyond the other, no two are compared.
    private static let maximumComparedBytes = 64
    private static let maximumComparedExponent = 30

    /// - Throws: what is wrong with `text`.
    package init(_ text: ExactString) throws(Fault) {
        guard let scan = unsafe text.withBytes({ unsafe Scan($0) }) else { throw text.isEmpty ? .empty : .format }
        self.text = text
        (isNegative, number, fractionCount) = (scan.hasMinus && scan.hasDigit, scan.number, scan.fractionCount)
        (decimalExponent, binaryExponent) = (scan.decimalExponent, scan.binaryExponent)
        isComparable =
            scan.count <= Self.maximumComparedBytes && abs(scan.decimalExponent) <= Self.maximumComparedExponent
    }

    /// Up to how many characters it is told how long a text is that is none: what is kept of such a text tells no more.
    package static let maximumToldLength = 64

    /// What is kept of a text that should be one: itself if it is, else nothing that could be read in it.
    package static func redacted(_ text: ExactString) -> ExactString {
        if text.isBlank || (try? Quantity(text.trimmed)) != nil { return text }
        let count = min(text.trimmed.characterCount, maximumToldLength + 1)
        return ExactString(String(repeating: "…", count: count))
    }

    /// Whether it is more than `other`, exactly; nil where one of them is too long to tell.
    ///
    /// Neither may be negative.
    package func isMore(than other: Quantity) -> Bool? {
        guard isComparable, other.isComparable else { return nil }
        let power = min(decimalExponent - fractionCount, other.decimalExponent - other.fractionCount)
        return Magnitude.isMore(magnitude(inPowersOf: power), than: other.magnitude(inPowersOf: power))
    }

    /// The whole number it is, in units of ten to the power of `power`, which is no more than its own last digit's.
    private func magnitude(inPowersOf power: Int) -> Magnitude {
        var magnitude = Magnitude()
        unsafe text.withBytes { bytes in
            for index in number where unsafe bytes[index] != UInt8(ascii: ".") {
                magnitude.multiply(by: 10, adding: unsafe UInt64(bytes[index] - UInt8(ascii: "0")))
            }
        }
        for _ in 0..<(binaryExponent / 10) { magnitude.multiply(by: 1024, adding: 0) }
        for _ in 0..<max(0, decimalExponent - fractionCount - power) { magnitude.multiply(by: 10, adding: 0) }
        return magnitude
    }
}

/// A whole number of any size, its digits to the base of a thousand millions, least first, none of them leading zeros.
private struct Magnitude {
    private var digits: [UInt64] = []
    private static let base: UInt64 = 1_000_000_000

    mutating func multiply(by factor: UInt64, adding addend: UInt64) {
        var carry = addend
        for index in digits.indices {
            // A digit is below a thousand millions and a factor at most 1024.
            let product = digits[index] * factor + carry
            digits[index] = product % Self.base
            carry = product / Self.base
        }
        if carry > 0 { digits.append(carry) }
    }

    static func isMore(_ one: Magnitude, than other: Magnitude) -> Bool {
        if one.digits.count != other.digits.count { return one.digits.count > other.digits.count }
        for (left, right) in zip(one.digits.reversed(), other.digits.reversed()) where left != right {
            return left > right
        }
        return false
    }
}

/// The parts of a quantity, found in one pass.
private struct Scan {
    let count: Int
    private(set) var hasMinus = false
    /// Whether a digit is not zero.
    private(set) var hasDigit = false
    private(set) var number: Range<Int>
    private(set) var fractionCount = 0
    private(set) var decimalExponent = 0
    private(set) var binaryExponent = 0

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = unsafe bytes.first else { return nil }
        count = bytes.count
        hasMinus = first == UInt8(ascii: "-")
        let hasSign = hasMinus || first == UInt8(ascii: "+")
        let start = hasSign ? 1 : 0
        var end = start
        var hasPoint = false
        scan: while end < count {
            switch unsafe bytes[end] {
            case UInt8(ascii: "0"): break
            case UInt8(ascii: "1")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: ".") where !hasPoint:
                hasPoint = true
                fractionCount = -1
            default: break scan
            }
            if hasPoint { fractionCount += 1 }
            end += 1
        }
        number = start..<end
        if end < count, unsafe !readSuffix(bytes[end...]) { return nil }
    }

    /// False when it is none that Kubernetes knows.
    private mutating func readSuffix(_ suffix: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = unsafe suffix.first else { return true }
        let rest = unsafe suffix.dropFirst()
        if unsafe rest.isEmpty {
            guard let power = Self.decimalPower(of: first) else { return false }
            decimalExponent = power
            return true
        }
        if unsafe rest.count == 1, unsafe rest.first == UInt8(ascii: "i") {
            guard let power = Self.binaryPower(of: first) else { return false }
            binaryExponent = power
            return true
        }
        return unsafe first | 0x20 == UInt8(ascii: "e") && readExponent(rest)
    }

    private static func decimalPower(of letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "n"): -9
        case UInt8(ascii: "u"): -6
        case UInt8(ascii: "m"): -3
        case UInt8(ascii: "k"): 3
        case UInt8(ascii: "M"): 6
        case UInt8(ascii: "G"): 9
        case UInt8(ascii: "T"): 12
        case UInt8(ascii: "P"): 15
        case UInt8(ascii: "E"): 18
        default: nil
        }
    }

    private static func binaryPower(of letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "K"): 10
        case UInt8(ascii: "M"): 20
        case UInt8(ascii: "G"): 30
        case UInt8(ascii: "T"): 40
        case UInt8(ascii: "P"): 50
        case UInt8(ascii: "E"): 60
        default: nil
        }
    }

    /// A sign or none, and digits that an `Int64` holds, as `strconv.ParseInt` wants it.
    private mutating func readExponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let isNegative = unsafe text.first == UInt8(ascii: "-")
        let digits = unsafe text.dropFirst(isNegative || text.first == UInt8(ascii: "+") ? 1 : 0)
        guard unsafe !digits.isEmpty else { return false }
        var value: Int64 = 0
        for index in unsafe digits.indices {
            let byte = unsafe digits[index]
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            if isTooLarge || overflows { return false }
            value = sum
        }
        decimalExponent = Int(max(-Int64(Int32.max), min(Int64(Int32.max), value)))
        return true
    }
}
