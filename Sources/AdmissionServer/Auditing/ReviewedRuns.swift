package import AgentRuns
package import JSONPull

/// Which runs were reviewed, as far as that is known at one moment.
package struct ReviewedRuns: Sendable {
    /// From a review to the moment that all know of it, at the most.
    package static let delaySeconds: Int64 = 60

    /// Since when reviews are remembered; nil when none ever was.
    package let since: Timestamp?
    /// When it was asked for, in seconds of the clock that ``AuditedObjects`` are seen by.
    package let askedAtSeconds: Int64
    private let isReviewed: @Sendable (_ uid: ExactString, _ generation: Int64) -> Bool

    package init(
        since: Timestamp?,
        askedAtSeconds: Int64,
        isReviewed: @escaping @Sendable (_ uid: ExactString, _ generation: Int64) -> Bool
    ) {
        (self.since, self.askedAtSeconds, self.isReviewed) = (since, askedAtSeconds, isReviewed)
    }

    /// Whether a run that was first seen then has never been reviewed as it is, for sure.
    func isUnreviewed(uid: ExactString, generation: Int64, seenAtSeconds: Int64) -> Bool {
        seenAtSeconds + Self.delaySeconds <= askedAtSeconds && !isReviewed(uid, generation)
    }

    /// Whether a run that is so since then is from before reviews were remembered.
    func isEarlier(_ time: Timestamp?) -> Bool {
        guard let since else { return true }
        return time.map { $0 < since } ?? true
    }
}
