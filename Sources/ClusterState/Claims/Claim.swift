package import JSONPull

/// The run that a claim is for.
package struct ClaimHolder: Hashable, Sendable {
    /// Namespace and name: who holds.
    ///
    /// Of two objects of one name at most one is stored at a time, so they never exclude each other.
    package var run: ObjectKey
    /// `metadata.uid`: which object of that name it was made for.
    package var uid: ExactString

    package init(run: ObjectKey, uid: ExactString) {
        self.run = run
        self.uid = uid
    }
}

/// What a Lease says: this run has this branch.
package struct Claim: Hashable, Sendable {
    package var key: ClaimKey
    package var holder: ClaimHolder
    /// By the wall clock of the replica that claimed, before it asked: the run's admission is later, and the request that
    /// stores the run began earlier.
    package var acquiredAt: WallTime
    /// Whether the branch is the webhook's reading of templates and contracts: the run's own text does not show it.
    package var isDerived: Bool
    /// Whether another object of the name had the claim before, which may be stored, or may still be; or the claim was made
    /// for an UPDATE, before which the object may have been over, as a template is that becomes a run.
    ///
    /// Then that the object was seen to be over does not end the claim: another one, or another life of it, may rely on it.
    package var hasRival: Bool
    /// The replica that claimed.
    package var replica: String
    /// How often the branch passed from one run to another without being released.
    package var transitions: Int

    package init(
        key: ClaimKey,
        holder: ClaimHolder,
        acquiredAt: WallTime,
        isDerived: Bool,
        hasRival: Bool = false,
        replica: String,
        transitions: Int = 0
    ) {
        self.key = key
        self.holder = holder
        self.acquiredAt = acquiredAt
        self.isDerived = isDerived
        self.hasRival = hasRival
        self.replica = replica
        self.transitions = transitions
    }
}

/// Which state of which Lease: a change under this condition fails if anything happened since.
package struct LeaseVersion: Hashable, Sendable {
    package var uid: String
    package var resourceVersion: String

    package init(uid: String, resourceVersion: String) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}

/// A claim as it is stored.
package struct HeldClaim: Hashable, Sendable {
    package var claim: Claim
    package var version: LeaseVersion

    package init(claim: Claim, version: LeaseVersion) {
        self.claim = claim
        self.version = version
    }
}

/// What a Lease turned out to be.
package enum LeaseReading: Hashable, Sendable {
    case claim(HeldClaim)
    /// Made by someone else, or not to be understood; why, in words that name the Lease.
    case foreign(String)
}
