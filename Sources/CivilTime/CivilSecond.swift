/// A second of UTC as a date and a time of day.
package struct CivilSecond: Hashable, Sendable {
    package var date: CivilDate
    /// 0 to 86,399.
    package var secondOfDay: Int

    /// So many seconds after 1970-01-01T00:00:00Z, leap seconds not counted.
    package init(secondsSinceEpoch seconds: Int64) {
        let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: CivilDate.secondsOfDay)
        let isBefore = remainder < 0
        date = CivilDate(daysSinceEpoch: Int(quotient) - (isBefore ? 1 : 0))
        secondOfDay = Int(remainder) + (isBefore ? Int(CivilDate.secondsOfDay) : 0)
    }

    /// RFC 3339 without what follows the seconds: `2026-11-23T23:21:52`.
    package var text: String {
        let (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
        return "\(Self.digits(date.year, 4))-\(Self.digits(date.month, 2))-\(Self.digits(date.day, 2))"
            + "T\(Self.digits(hour, 2)):\(Self.digits(minute, 2)):\(Self.digits(second, 2))"
    }

    /// Decimal with leading zeros.
    package static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
