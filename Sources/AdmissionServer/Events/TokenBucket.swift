/// So many at once, and one more each interval; time is told to it.
struct TokenBucket: Sendable {
    private let burst: Int64
    private let intervalMilliseconds: Int64
    /// What is left, in milliseconds of filling.
    private var level: Int64
    private var filledAt: Int64

    /// A full one.
    init(burst: Int, intervalMilliseconds: Int64, now: Int64) {
        (self.burst, self.intervalMilliseconds) = (Int64(burst), intervalMilliseconds)
        (level, filledAt) = (self.burst * intervalMilliseconds, now)
    }

    /// Whether there was one left.
    mutating func take(now: Int64) -> Bool {
        fill(now: now)
        guard level >= intervalMilliseconds else { return false }
        level -= intervalMilliseconds
        return true
    }

    /// Whether it is as good as new.
    mutating func isFull(now: Int64) -> Bool {
        fill(now: now)
        return level == burst * intervalMilliseconds
    }

    private mutating func fill(now: Int64) {
        level = min(burst * intervalMilliseconds, level + max(0, now - filledAt))
        filledAt = now
    }
}
