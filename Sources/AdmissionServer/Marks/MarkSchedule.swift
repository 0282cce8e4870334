internal import KubernetesClient

/// When marks are written: some seconds after the first that waits, now and then at the most, and later after a failure.
///
/// All times are milliseconds of a clock that never goes back.
struct MarkSchedule: Equatable, Sendable {
    /// From a review to its mark.
    static let collectMilliseconds: Int64 = 2000
    /// From one write to the next: a replica makes twelve a minute, however many reviews there are.
    static let gapMilliseconds: Int64 = 5000

    private var due: Int64?
    private var lastWrite: Int64?
    private var backoff = Backoff(firstMilliseconds: 1000, maximumMilliseconds: 60_000)

    /// The first write is due at once: it finds out whether there is a right to write.
    init(now: Int64) { due = now }

    /// Some mark waits.
    mutating func noted(now: Int64) {
        guard due == nil else { return }
        let earliest = lastWrite.map { $0 + Self.gapMilliseconds } ?? now
        due = max(now + Self.collectMilliseconds, earliest)
    }

    /// How long until the next write; 0 when it is due, nil when there is none to come.
    func wait(now: Int64) -> Int64? { due.map { max(0, $0 - now) } }

    /// A write begins.
    mutating func begin(now: Int64) { (lastWrite, due) = (now, nil) }

    mutating func succeeded() { backoff.reset() }

    /// It failed, and is tried again later.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - retryAfter: what the API server asked for; nil when it did not.
    ///   - jitter: random, from 0 up to 1.
    mutating func failed(now: Int64, retryAfter: Int64?, jitter: Double) {
        due = now + max(backoff.next(jitter: jitter), retryAfter ?? 0)
    }
}
