package import JSONPull

/// Seconds since 1970-01-01T00:00:00Z, the resolution of `metav1.Time`.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var seconds: Int64

    package init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads an RFC 3339 date and time; fractions of a second are dropped.
    ///
    /// Nil when it is none.
    package init?(_ text: ExactString) {
        var fields = DateFields(text)
        guard let year = fields.number(4), fields.pass("-"), let month = fields.number(2), fields.pass("-"),
            let day = fields.number(2), fields.pass("Tt"), let hour = fields.number(2), fields.pass(":"),
            let minute = fields.number(2), fields.pass(":"), let second = fields.number(2),
            fields.passFraction(), let offset = fields.offset(), fields.isAtEnd,
            (1...12).contains(month), day >= 1, day <= Self.days(of: month, in: year), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        seconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
    }

    package static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.seconds < rhs.seconds }

    /// Days of a month.
    private static func days(of month: Int, in year: Int) -> Int {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar, counted in years that start in March so that the leap day is last.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        // A period later, as what comes before March of the year 0 would be rounded the wrong way.
        let marchYear = (month <= 2 ? year - 1 : year) + 400
        let marchMonth = (month + 9) % 12
        let daysBeforeYear = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
        return daysBeforeYear - 146_097 + (marchMonth * 306 + 5) / 10 + day - 1 - 719_468
    }
}

/// Reads a date front to back.
private struct DateFields {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: ExactString) {
        bytes = Array(text.string.utf8)
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func number(_ digits: Int) -> Int? {
        guard index + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[index..<(index + digits)] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        index += digits
        return value
    }

    mutating func pass(_ oneOf: StaticString) -> Bool {
        guard index < bytes.count, oneOf.description.utf8.contains(bytes[index]) else { return false }
        index += 1
        return true
    }

    mutating func passFraction() -> Bool {
        guard pass(".") else { return true }
        var digits = 0
        while number(1) != nil { digits += 1 }
        return digits > 0
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int? {
        if pass("Zz") { return 0 }
        let isWest = index < bytes.count && bytes[index] == UInt8(ascii: "-")
        guard pass("+-"), let hours = number(2), pass(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
}
