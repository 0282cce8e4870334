private import CivilTime
internal import JSONPull
internal import TLS

extension UnixTime {
    private static let months: [ExactString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The one form of a date that servers write: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
    ///
    /// Nil for anything else, the two obsolete forms included.
    init?(httpDate text: String) {
        let words = ExactString(text).split(at: " ")
        guard words.count == 6, words[0].string.utf8.count == 4, words[0].ends(with: ","), words[5] == "GMT",
            let day = Self.number(words[1], 1...31),
            let month = Self.months.firstIndex(of: words[2]),
            let year = Self.number(words[3], 1970...9999)
        else { return nil }
        let clock = words[4].split(at: ":")
        guard clock.count == 3, let hour = Self.number(clock[0], 0...23), let minute = Self.number(clock[1], 0...59),
            let second = Self.number(clock[2], 0...60)
        else { return nil }
        let midnight = UnixTime(secondsSinceEpoch: 0)
            .adding(days: CivilDate(year: year, month: month + 1, day: day).daysSinceEpoch)
        self = midnight.adding(seconds: Int64(hour * 3600 + minute * 60 + second))
    }

    /// Digits alone: `Int` would take a sign, too.
    private static func number(_ text: ExactString, _ range: ClosedRange<Int>) -> Int? {
        guard text.string.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text.string).flatMap { range.contains($0) ? $0 : nil }
    }
}
