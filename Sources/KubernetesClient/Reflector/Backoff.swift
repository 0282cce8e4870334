/// How long to wait after failures that follow each other: doubling, bounded, with jitter.
///
/// It begins as client-go's reflector does. The bound is a third of its: after an outage of the API server the state is old
/// until it is asked again, and a few requests every ten seconds from a replica are no load.
package struct Backoff: Equatable, Sendable {
    private let firstMilliseconds: Int
    private let maximumMilliseconds: Int
    /// Failures since the last success.
    package private(set) var failures = 0

    package init(firstMilliseconds: Int = 800, maximumMilliseconds: Int = 10_000) {
        (self.firstMilliseconds, self.maximumMilliseconds) = (firstMilliseconds, maximumMilliseconds)
    }

    /// The delay after one more failure: at least the doubled base, at most twice that.
    ///
    /// - Parameter jitter: random, from 0 up to 1.
    /// - Returns: milliseconds.
    package mutating func next(jitter: Double) -> Int64 {
        let base = min(maximumMilliseconds, firstMilliseconds << min(failures, 16))
        failures += 1
        return Int64(Double(base) * (1 + jitter))
    }

    package mutating func reset() {
        failures = 0
    }
}
