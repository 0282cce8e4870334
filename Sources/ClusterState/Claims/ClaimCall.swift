package import JSONPull

/// A request to the API that the protocol wants made.
package enum ClaimCall: Hashable, Sendable {
    /// POST a Lease; it must not exist.
    case create(Claim)
    /// GET the Lease of a branch, not from a cache.
    case readLease(ClaimKey)
    /// GET a run, not from a cache.
    case readRun(ObjectKey)
    /// LIST the Jobs of a run until one is found that is active, not from a cache.
    case listJobs(ObjectKey)
    /// PUT a Lease in place of exactly that state of it.
    case replace(LeaseVersion, with: Claim)
    /// DELETE a Lease if it still is in exactly that state.
    case delete(ClaimKey, LeaseVersion)
}

/// What came of a ``ClaimCall``.
package enum ClaimAnswer: Hashable, Sendable {
    /// The Lease was created, replaced or read.
    case lease(LeaseReading)
    /// The run was read.
    case run(HolderRun)
    /// The Jobs of the run were looked through: one that is active, if there is one.
    case jobs(active: ExactString?)
    /// The Lease was deleted.
    case deleted
    /// 404: there is no such object.
    case absent
    /// 409 of a create: there is a Lease of that name.
    case exists
    /// 409 of a replace or delete: the Lease is not in that state any more.
    case changed
    /// No usable answer; whether the call had an effect is not known.
    case failed(ClaimFailure)
}

/// Why a claim could not be decided.
package struct ClaimFailure: Hashable, Sendable {
    /// One line: what failed, and what to grant or fix.
    package var message: String
    /// The same for every failure of this kind, whatever its message says of names, times and numbers: by it is told once.
    package var cause: String
    /// Trying again at once may help.
    package var isTransient: Bool
    /// What the server asked for, in milliseconds.
    package var retryAfterMilliseconds: Int64?

    package init(message: String, cause: String, isTransient: Bool, retryAfterMilliseconds: Int64? = nil) {
        self.message = message
        self.cause = cause
        self.isTransient = isTransient
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}
