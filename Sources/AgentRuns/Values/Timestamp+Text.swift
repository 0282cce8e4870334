extension Timestamp {
    /// As the API server writes it, `2026-11-23T12:00:00Z`.
    package var text: String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let secondOfDay = Int(seconds - days * 86_400)
        let (year, month, day) = Self.date(daysSinceEpoch: Int(days))
        let date = "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))"
        let (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
        return "\(date)T\(Self.digits(hour, 2)):\(Self.digits(minute, 2)):\(Self.digits(second, 2))Z"
    }

    /// The date in the proleptic Gregorian calendar, counted in years that start in March so that the leap day is last, and in
    /// periods of 400 years, which are all alike.
    private static func date(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let daysOfPeriod = 146_097
        let days = daysSinceEpoch + 719_468
        let period = days >= 0 ? days / daysOfPeriod : (days - daysOfPeriod + 1) / daysOfPeriod
        let day = days - period * daysOfPeriod
        let year = (day - day / 1460 + day / 36_524 - day / (daysOfPeriod - 1)) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (year + period * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
