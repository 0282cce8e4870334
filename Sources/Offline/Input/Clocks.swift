package import AgentRuns
private import Glibc

/// What the time is.
package enum Clocks {
    /// Wall clock time.
    @Sendable
    package static func wall() -> Timestamp {
        Timestamp(seconds: Int64(time(nil)))
    }

    /// Milliseconds since some moment, never going back.
    @Sendable
    package static func monotonicMilliseconds() -> Int64 {
        nanoseconds(CLOCK_MONOTONIC) / 1_000_000
    }

    /// Nanoseconds since some moment, never going back.
    @Sendable
    package static func monotonicNanoseconds() -> Int64 { nanoseconds(CLOCK_MONOTONIC) }

    /// Wall clock time in milliseconds since 1970.
    @Sendable
    package static func wallMilliseconds() -> Int64 {
        nanoseconds(CLOCK_REALTIME) / 1_000_000
    }

    /// The same in nanoseconds.
    @Sendable
    package static func wallNanoseconds() -> Int64 { nanoseconds(CLOCK_REALTIME) }

    /// Does nothing for a while.
    package static func sleep(milliseconds: UInt32) {
        usleep(milliseconds * 1000)
    }

    /// CPU time of the calling thread.
    @Sendable
    package static func threadNanoseconds() -> Int64 {
        nanoseconds(CLOCK_THREAD_CPUTIME_ID)
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Fails only for clocks the system does not have; Linux has both.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
