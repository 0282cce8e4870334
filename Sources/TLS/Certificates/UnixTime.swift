private import CivilTime

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

    /// Reads what ``description`` writes, and the API server as a `metav1.Time`; nil when it is anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 else { return nil }
        func number(_ start: Int, _ count: Int) -> Int {
            bytes[start..<(start + count)].reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
        }
        let date = CivilDate(year: number(0, 4), month: number(5, 2), day: number(8, 2))
        guard (1...12).contains(date.month), (1...31).contains(date.day) else { return nil }
        let second = number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2)
        secondsSinceEpoch = Int64(date.daysSinceEpoch) * CivilDate.secondsOfDay + Int64(second)
        // Whatever else was not as it should be is written in another way.
        guard description == text else { return nil }
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
        adding(seconds: Int64(days) * CivilDate.secondsOfDay)
    }

    /// RFC 3339 in UTC: `2026-11-23T23:21:52Z`.
    package var description: String { CivilSecond(secondsSinceEpoch: secondsSinceEpoch).text + "Z" }
}
