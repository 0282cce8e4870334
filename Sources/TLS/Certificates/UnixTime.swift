#if canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#else
private import Glibc
#endif

/// A point of wall clock time in whole seconds, as certificates have it.
package struct UnixTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package var secondsSinceEpoch: Int64

    package init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    /// What this machine's clock says.
    package static func now() -> UnixTime {
        UnixTime(secondsSinceEpoch: Int64(time(nil)))
    }

    package static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.secondsSinceEpoch < right.secondsSinceEpoch
    }

    /// This time plus so many seconds.
    package func adding(seconds: Int64) -> UnixTime {
        UnixTime(secondsSinceEpoch: secondsSinceEpoch + seconds)
    }

    /// This time plus so many days of 86,400 seconds.
    package func adding(days: Int) -> UnixTime {
        adding(seconds: Int64(days) * 86_400)
    }

    /// RFC 3339 in UTC: `2026-11-23T23:21:52Z`.
    package var description: String {
        let days = Int(secondsSinceEpoch.dividedDown(by: 86_400))
        let seconds = Int(secondsSinceEpoch - Int64(days) * 86_400)
        let (year, month, day) = Self.civil(fromDays: days)
        let date = [year.padded(to: 4), month.padded(to: 2), day.padded(to: 2)].joined(separator: "-")
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0.padded(to: 2) }.joined(separator: ":")
        return "\(date)T\(time)Z"
    }

    /// The proleptic Gregorian date of a day number, by counting in eras of 400 years that begin on 1 March: leap days
    /// are then last in their year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = Int(Int64(shifted).dividedDown(by: 146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity, so that days before 1970 come out right.
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Int {
    /// Decimal with leading zeros.
    fileprivate func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
