/// A date of the proleptic Gregorian calendar.
///
/// Counted in years that begin on 1 March, so that a leap day is the last of its year, and in periods of 400 years, which are all
/// alike (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
package struct CivilDate: Hashable, Sendable {
    package static let secondsOfDay: Int64 = 86_400
    private static let daysOfPeriod = 146_097
    /// From 1 March of the year 0 to 1 January 1970.
    private static let daysBeforeEpoch = 719_468

    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// From 1 on.
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The date so many days after 1970-01-01.
    package init(daysSinceEpoch: Int) {
        let days = daysSinceEpoch + Self.daysBeforeEpoch
        let period = days >= 0 ? days / Self.daysOfPeriod : (days - Self.daysOfPeriod + 1) / Self.daysOfPeriod
        let day = days - period * Self.daysOfPeriod
        let year = (day - day / 1460 + day / 36_524 - day / (Self.daysOfPeriod - 1)) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            year: year + period * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }

    /// Days after 1970-01-01 of a date of the year 0 or later.
    package var daysSinceEpoch: Int {
        // A period later, as what comes before March of the year 0 would be rounded the wrong way.
        let marchYear = (month <= 2 ? year - 1 : year) + 400
        let marchMonth = (month + 9) % 12
        let daysBeforeYear = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
        return daysBeforeYear - Self.daysOfPeriod + (153 * marchMonth + 2) / 5 + day - 1 - Self.daysBeforeEpoch
    }

    /// Days of a month.
    package static func days(of month: Int, in year: Int) -> Int {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
