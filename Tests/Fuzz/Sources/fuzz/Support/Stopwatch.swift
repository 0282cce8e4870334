internal import Glibc

/// Finds inputs that take too long for their size: libFuzzer's own limit is in whole seconds, and by the clock.
enum Stopwatch {
    /// Processor time of an input that has no bytes, and for each of its bytes, in nanoseconds.
    ///
    /// With counters a target takes up to 100 ns a byte that is read, and the review target reads its input some ten times.
    private static let (base, perByte) = (200_000_000, 8_000)

    /// Runs `body` and ends the process if that took more processor time than an input of so many bytes may take.
    static func limit(_ byteCount: Int, _ body: () -> Void) {
        let began = now
        body()
        let spent = now - began
        require(
            spent < base + perByte * byteCount,
            "\(byteCount) bytes took \(spent / 1_000_000) ms of processor time"
        )
    }

    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

enum Environment {
    static func value(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

func exit(_ status: Int32) -> Never { Glibc.exit(status) }
