private import Glibc
private import TLS

/// When a line was logged: RFC 3339 in UTC, to the millisecond.
package struct LogTime: CustomStringConvertible, Sendable {
    /// Since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func now() -> LogTime {
        var time = timespec()
        // Fails only for clocks the system does not have.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package var description: String {
        // `2026-11-23T23:21:52Z`, and the milliseconds before its last letter.
        let seconds = UnixTime(secondsSinceEpoch: milliseconds / 1000).description.utf8.dropLast()
        let decimals = String(milliseconds % 1000)
        return String(Substring(seconds)) + "." + String(repeating: "0", count: 3 - decimals.utf8.count) + decimals
            + "Z"
    }
}
