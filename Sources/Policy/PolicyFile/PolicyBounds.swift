/// What the numbers of a policy may be.
///
/// Each bound is far beyond what anybody means, and small enough that no sum, product or conversion to another unit of it
/// overflows.
enum PolicyBounds {
    /// `stateMaxAgeSeconds`, a day.
    ///
    /// Older cluster state says nothing of the runs there are now.
    static let stateMaxAgeSeconds = 1...86_400
    /// Characters of `contact`, a rule's `note`, and an exemption's `owner` and `ticket`: they are told again and again.
    static let toldText = 200
    /// `maxLoopIterations` of one loop, each of which is a Job that starts an agent.
    static let loopIterations = 1...1_000_000
    /// `maxBackoffLimit` of a runner's Job, each of which starts an agent.
    static let retries = 0...1_000_000
    /// Attempts, seconds and tokens of `run-budget`: a number in JSON is exact so far.
    static let budget = 1...9_007_199_254_740_991
    /// Bounds of `limits`, 0 for none: a cluster keeps no more objects of a kind than that.
    static let runs = 0...10_000_000
}
