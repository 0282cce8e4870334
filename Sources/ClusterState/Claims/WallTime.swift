internal import AgentRuns
package import JSONPull

/// Wall clock time in milliseconds since 1970: `metav1.MicroTime`, as precise as clocks are.
package struct WallTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads an RFC 3339 time, its fraction down to milliseconds.
    ///
    /// Nil when it is none.
    package init?(_ text: ExactString) {
        guard let time = Timestamp(text) else { return nil }
        milliseconds = time.seconds * 1000 + Self.fraction(of: text.string)
    }

    package static func < (lhs: WallTime, rhs: WallTime) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// The first three digits behind the point.
    private static func fraction(of text: String) -> Int64 {
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
        let digits = text.utf8[text.utf8.index(after: point)...]
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.prefix(3)
        var value: Int64 = 0
        for place in 0..<3 {
            let index = digits.index(digits.startIndex, offsetBy: place, limitedBy: digits.endIndex)
            let digit = index.flatMap { $0 < digits.endIndex ? Int64(digits[$0] - UInt8(ascii: "0")) : nil }
            value = value * 10 + (digit ?? 0)
        }
        return value
    }

    /// `2026-11-23T23:21:52.120000Z`.
    package var text: String {
        let (seconds, fraction) = milliseconds.flooredQuotientAndRemainder(by: 1000)
        let (days, second) = seconds.flooredQuotientAndRemainder(by: 86_400)
        let (year, month, day) = Self.civil(fromDays: days)
        let date = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))"
        let clock =
            "\(Self.pad(second / 3600, 2)):\(Self.pad(second / 60 % 60, 2)):\(Self.pad(second % 60, 2))"
        return "\(date)T\(clock).\(Self.pad(fraction, 3))000Z"
    }

    private static func pad(_ value: Int64, _ length: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, length - digits.utf8.count)) + digits
    }

    /// The proleptic Gregorian date, counted in years that start in March so that the leap day is last.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
