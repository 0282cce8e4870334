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
