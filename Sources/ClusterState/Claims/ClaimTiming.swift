/// One moment by both clocks of a replica.
package struct ClaimMoment: Hashable, Sendable {
    /// Compared with what other replicas wrote; may differ from theirs and jump.
    package var wall: WallTime
    /// Milliseconds since some moment of this process; never goes back.
    package var steady: Int64
    /// The wall clock is known to be right; what is not tells nothing of the age of what others wrote.
    package var isWallSure: Bool

    package init(wall: WallTime, steady: Int64, isWallSure: Bool = true) {
        self.wall = wall
        self.steady = steady
        self.isWallSure = isWallSure
    }
}

/// When a claim is old enough to be called void if its run is not there.
///
/// Docs/claims.md argues for the numbers.
package struct ClaimTiming: Hashable, Sendable {
    /// Longest time from a claim to the storage of its run, in milliseconds.
    ///
    /// kube-apiserver gives up a write after 34 s (`requestTimeoutUpperBound` of its handlers, whatever
    /// `--request-timeout`); an etcd that has the write already may take 7 s more; the rest is for a process that was not
    /// scheduled.
    package static let defaultGapMilliseconds: Int64 = 45_000
    /// What a gap should not be below on a real API server: 34 s and 7 s.
    package static let safeGapMilliseconds: Int64 = 41_000
    /// How far the wall clocks of two replicas may be apart, in milliseconds.
    package static let maximumSkewMilliseconds: Int64 = 10_000
    /// What any time written by others counts for at most, in milliseconds: 35,000 years, far from where sums overflow.
    static let maximumSpanMilliseconds: Int64 = 1 << 50

    package var gapMilliseconds: Int64
    /// Bugs to be found; none outside of tests.
    var flaws: ClaimFlaws = []

    package init(gapMilliseconds: Int64 = Self.defaultGapMilliseconds) {
        self.gapMilliseconds = gapMilliseconds
    }

    /// How long at `moment` until the claim is known to be older than the gap; 0 when it is.
    ///
    /// Either of two proofs will do. The claimant's wall clock against ours, with room for the difference between them;
    /// or our own steady clock since we first saw the Lease in this very state, which no wrong clock can spoil.
    ///
    /// - Parameters:
    ///   - claim: what the Lease says.
    ///   - moment: now, or another moment the answer is wanted for.
    ///   - observedAt: by this replica's steady clock; nil when it sees the Lease for the first time.
    /// - Returns: milliseconds.
    package func remaining(_ claim: Claim, at moment: ClaimMoment, observedAt: Int64?) -> Int64 {
        let skew = flaws.contains(.ignoresClockSkew) ? 0 : Self.maximumSkewMilliseconds
        let (age, overflows) = moment.wall.milliseconds.subtractingReportingOverflow(claim.acquiredAt.milliseconds)
        let span = Self.maximumSpanMilliseconds
        let boundedAge = overflows ? (claim.acquiredAt < moment.wall ? span : -span) : min(max(age, -span), span)
        let byWallClock = moment.isWallSure ? gapMilliseconds + skew - boundedAge : .max
        // What is seen for the first time, by a clock that tells nothing, is as young as can be.
        let unseen = moment.isWallSure ? Int64.max : gapMilliseconds
        let byOwnClock = observedAt.map { gapMilliseconds - (moment.steady - $0) } ?? unseen
        return max(0, min(byWallClock, byOwnClock))
    }
}

extension ClaimTiming {
    /// `version` as the condition of a change; none with that flaw.
    func condition(_ version: LeaseVersion, without flaw: ClaimFlaws) -> LeaseVersion {
        flaws.contains(flaw) ? LeaseVersion(uid: version.uid, resourceVersion: "") : version
    }
}

/// Bugs that are planted to see whether the simulation finds them.
struct ClaimFlaws: OptionSet, Hashable, Sendable {
    let rawValue: UInt16
    /// Takes a claim over whatever has happened to its Lease since it was read.
    static let overwritesBlindly = ClaimFlaws(rawValue: 1)
    /// Looks at a claim's age when its run has been read, not when the read was asked for.
    static let agesTooLate = ClaimFlaws(rawValue: 2)
    /// Takes all replicas' wall clocks for equal.
    static let ignoresClockSkew = ClaimFlaws(rawValue: 4)
    /// Leaves a claim of the same run as it is, so that it may end under the new attempt.
    static let doesNotRenew = ClaimFlaws(rawValue: 8)
    /// Removes a claim whatever has happened to its Lease since it was judged.
    static let deletesBlindly = ClaimFlaws(rawValue: 16)
    /// Takes a template, which may be a run by now, for a run that is over.
    static let takesTemplatesForOver = ClaimFlaws(rawValue: 64)
    /// Says nothing of the lives an object had before the update that a claim is made for.
    static let forgetsEarlierLives = ClaimFlaws(rawValue: 128)
    /// Does not ask whether a Job of a run that is over goes on.
    static let forgetsJobs = ClaimFlaws(rawValue: 32)
    /// Keeps a claim made for a run without one, though the run gave the branch up while it was made.
    static let keepsWhatIsGivenUp = ClaimFlaws(rawValue: 256)
}
