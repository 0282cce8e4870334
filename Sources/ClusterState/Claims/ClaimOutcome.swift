package import AgentRuns
package import JSONPull

/// What claiming one branch came to.
package enum ClaimOutcome: Hashable, Sendable {
    /// The branch was free.
    case acquired(HeldClaim)
    /// A run of this name had it: the claim was renewed.
    case alreadyHeld(HeldClaim)
    /// The claim of a run that is over, or never came to be, was replaced.
    case takenOver(HeldClaim, from: ClaimHolder)
    case conflict(ClaimConflict)
    /// Not decided in time, or not to be decided.
    case unavailable(ClaimFailure)
}

/// Another run has the branch.
package struct ClaimConflict: Hashable, Sendable {
    package enum Standing: Hashable, Sendable {
        /// The run is stored and active.
        case active(phase: ExactString, createdAt: Timestamp?)
        /// The run is over or gone, but a Job of it goes on.
        case lingering(job: ExactString, phase: ExactString?, createdAt: Timestamp?)
        /// The run is not stored, or not with this branch, but still may be for so long.
        case pending(waitMilliseconds: Int64)
    }

    package var key: ClaimKey
    package var holder: ClaimHolder
    package var acquiredAt: WallTime
    package var standing: Standing

    package init(_ claim: Claim, _ standing: Standing) {
        key = claim.key
        holder = claim.holder
        acquiredAt = claim.acquiredAt
        self.standing = standing
    }

    /// Whole seconds after which trying again decides; nil when the run is active.
    package var waitSeconds: Int? {
        guard case .pending(let milliseconds) = standing else { return nil }
        let (seconds, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1000)
        return Int(seconds) + (rest > 0 ? 1 : 0)
    }
}

/// What is counted of claims: whatever becomes of a branch is one of these.
///
/// Of each branch a review wants claimed one of the first seven is counted; of a run that is denied for a conflict the rest is not.
package enum ClaimCount: String, CaseIterable, Sendable {
    case acquired
    case alreadyHeld = "already_held"
    case conflict
    case takenOver = "taken_over"
    case unavailable
    /// Not asked for, as another branch of the run could not be claimed, or the policy lets it have too many.
    case untried
    /// Reserved in this process alone, which asks no API server for claims.
    case unshared
    /// A claim was removed after its run's end.
    case released
    /// A claim was removed because its run never came to be, or gave the branch up.
    case expired
    /// An active run was seen without a claim, and has none still: the Lease is another run's, or nobody knows whose.
    case uncovered
    /// A call failed that makes or removes a claim beside reviews; it is made again.
    case retried
}

extension ClaimOutcome {
    /// How it is counted.
    package var count: ClaimCount {
        switch self {
        case .acquired: .acquired
        case .alreadyHeld: .alreadyHeld
        case .takenOver: .takenOver
        case .conflict: .conflict
        case .unavailable: .unavailable
        }
    }
}
