private import CivilTime
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
            (1...12).contains(month), day >= 1, day <= CivilDate.days(of: month, in: year), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        seconds = Int64(days) * CivilDate.secondsOfDay + Int64(hour * 3600 + minute * 60 + second - offset)
    }

    package static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.seconds < rhs.seconds }
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
