internal import AgentRuns
internal import JSONPull

/// A run as ``RunIndex`` keeps it: 112 bytes, its name in the index's ``TextPool``, namespace and phase shared with others.
struct StoredRun: Sendable {
    /// Says that there is no run.
    static let noRun = UInt32.max
    /// Says that there is no claim.
    static let noClaim = UInt32.max

    let namespace: ExactString
    let phase: ExactString
    /// Nil for a place that is free.
    let name: PooledText?
    let createdSeconds: Int64
    let uid: UInt64
    let keyDigest: UInt64
    let agentDigest: UInt64
    let repositoryDigest: UInt64
    /// The next run with the same idempotency key.
    var nextOfKey = StoredRun.noRun
    /// The one before; none for the first.
    var previousOfKey = StoredRun.noRun
    /// First of the run's claims.
    var firstClaim = StoredRun.noClaim
    let file: UInt32
    let facts: RunRecord.Facts
    /// Whether a Job of it goes on, though it is over.
    var isLingering = false
    /// Its entry in the index's ``JobNames``; none unless it has Jobs that are called otherwise.
    var jobName = JobNames.none

    var isHolding: Bool { facts.contains(.active) || isLingering }

    /// Whether the controller makes Jobs for it, now or soon.
    var hasJobs: Bool { facts.isSuperset(of: [.active, .submitsJobs]) }

    /// Whether its claims are in the lists of their branches.
    var isLinked: Bool { facts.standing.needsClaims || isLingering }

    init(_ run: RunRecord, name: PooledText) {
        (namespace, phase, self.name) = (run.namespace, run.phase, name)
        (createdSeconds, uid, keyDigest) = (run.createdSeconds, run.uid, run.keyDigest)
        (agentDigest, repositoryDigest, file, facts) = (run.agentDigest, run.repositoryDigest, run.file, run.facts)
    }

    /// A free place, which keeps no text alive.
    init() {
        (namespace, phase, name) = ("", "", nil)
        (createdSeconds, uid, keyDigest, agentDigest, repositoryDigest, file, facts) = (.min, 0, 0, 0, 0, 0, [])
    }
}

/// That a run holds a branch: 48 bytes.
struct StoredClaim: Sendable {
    /// Shared with others.
    let repository: ExactString
    /// In the index's ``TextPool``.
    let head: PooledText
    let run: UInt32
    var nextOfBranch = StoredRun.noClaim
    /// None for the first.
    var previousOfBranch = StoredRun.noClaim
    var nextOfRun: UInt32
    /// Half of the branch's hash, which is all a ``SlotIndex`` looks at.
    let branchHash: UInt32
}
