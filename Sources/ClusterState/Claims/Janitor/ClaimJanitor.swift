package import AgentRuns
package import JSONPull

/// Removes claims that are over and makes those that are missing.
///
/// It is told what is seen of Leases and runs, and says which call to make next. A claim is `fresh` until its run has been
/// seen active with it; then it is `confirmed`, and costs nothing until the run is seen to end. A fresh claim older than the
/// gap has its run read once, live: what is not there by then never comes. Nothing is removed on the word of a cache alone,
/// except for an object that was itself seen to be over, which is for ever; and every removal names the state of the
/// Lease it rests on. All replicas do this, each after a random while; who is late finds nothing to do. It reads no clock.
package struct ClaimJanitor: Sendable {
    package struct Configuration: Sendable {
        /// Among which runs a branch is held by one only; nil makes no claims for runs that have none.
        package var scope: BranchClaimScope?
        /// This replica.
        package var replica: String
        package var timing: ClaimTiming
        /// Draws the random whiles.
        package var seed: UInt64

        package init(scope: BranchClaimScope?, replica: String, timing: ClaimTiming, seed: UInt64) {
            (self.scope, self.replica, self.timing, self.seed) = (scope, replica, timing, seed)
        }
    }

    /// What to do next.
    package enum Step: Hashable, Sendable {
        /// Make the call, and hand the answer to ``ClaimJanitor/received(_:for:now:)``.
        case call(ClaimCall, Ticket)
        /// Nothing before that time by the steady clock.
        case wait(until: Int64)
        /// Nothing until something is seen.
        case idle
    }

    /// Which call an answer belongs to.
    package struct Ticket: Hashable, Sendable {
        var number: UInt64
    }

    enum Standing: Sendable {
        case fresh
        case confirmed
        case over
    }

    /// A claim in the table.
    struct Entry: Sendable {
        /// Another one for every state of the Lease that is seen.
        var number: UInt32
        var holder: ClaimHolder
        var version: LeaseVersion
        var acquiredAt: WallTime
        var observedAt: Int64
        var isDerived: Bool
        var hasRival: Bool
        var standing = Standing.fresh
        /// A Job of its run, which is over or gone, went on when it was last asked.
        var isLingering = false
        /// Its run was seen without the branch since the check began.
        var isInDoubt = false
        var failures: UInt8 = 0
    }

    /// What is to be done some time; a claim is meant in the state it had then, by ``Entry/number``.
    enum Work: Sendable {
        case check(ClaimKey, UInt32)
        case release(ClaimKey, UInt32, ClaimCount)
        case adopt(ObjectKey)
    }

    enum Pending: Sendable {
        case check(ClaimKey, LeaseVersion)
        case jobs(ClaimKey, LeaseVersion, ClaimCount)
        case release(ClaimKey, LeaseVersion, ClaimCount)
        case reread(ClaimKey, LeaseVersion, ClaimCount)
        case readForAdoption(ObjectKey)
        case jobsForAdoption(ObjectKey, HolderRun)
        case adopt(ObjectKey, HolderRun, rest: [ClaimKey])
    }

    /// Calls at once, and the least time between the beginnings of two: 20 a second a replica.
    package static let maximumCallsUnderWay = 2
    package static let minimumIntervalMilliseconds: Int64 = 50
    /// A claim seen with a run just seen may be on its way.
    package static let adoptionDelayMilliseconds: Int64 = 5000
    /// Work is put off by a random while up to this, so that replicas do not all do the same.
    package static let jitterMilliseconds: Int64 = 2000
    /// Runs without a claim that are remembered; more are adopted when they are next seen.
    static let maximumUnadopted = 100_000
    /// Removed claims that are remembered until they are asked for, which is after every call.
    private static let maximumReleases = 64
    private static let firstRetryMilliseconds: Int64 = 1000
    private static let maximumRetryMilliseconds: Int64 = 60_000

    package var configuration: Configuration
    var claims: [ClaimKey: Entry] = [:]
    var claimsOfRun: [ObjectKey: [ClaimKey]] = [:]
    /// Runs that need a claim, with the failures so far.
    var unadopted: [ObjectKey: UInt8] = [:]
    /// Active runs whose branch was found to be another run's; they are looked at when that claim is gone.
    var outrivalled: [ClaimKey: [ObjectKey]] = [:]
    var queue = WorkQueue<Work>()
    var underWay: [Ticket: Pending] = [:]
    private var ready: [(Pending, ClaimCall)] = []
    private var nextTicket: UInt64 = 0
    var nextNumber: UInt32 = 0
    private var nextCallAt = Int64.min
    private var randomState: UInt64
    private var counts: [ClaimCount] = []
    private var releases: [(claim: KnownClaim, isOver: Bool)] = []

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        randomState = configuration.seed
    }

    /// Claims that are known.
    package var claimCount: Int { claims.count }

    /// Some of the claims that are known, so many at the most: which branch, and whose since when.
    package func someClaims(atMost count: Int) -> [KnownClaim] {
        claims.prefix(count).map { KnownClaim(key: $0.key, holder: $0.value.holder, acquiredAt: $0.value.acquiredAt) }
    }

    /// All it has in mind: claims, runs and what is to be done about them.
    var heldCount: Int {
        claims.count + claimsOfRun.count + unadopted.count + outrivalled.count + queue.count + underWay.count
    }

    /// When the Lease of `key` was first seen in that state, by the steady clock.
    package func observedAt(_ key: ClaimKey, _ version: LeaseVersion) -> Int64? {
        claims[key].flatMap { $0.version == version ? $0.observedAt : nil }
    }

    /// What happened since the last call, to be counted.
    package mutating func takeCounts() -> [ClaimCount] {
        defer { counts = [] }
        return counts
    }

    /// Claims that were removed since the last call, the first so many of them, and whether their runs are over; of others the run is
    /// gone or does not need the branch.
    package mutating func takeReleases() -> [(claim: KnownClaim, isOver: Bool)] {
        defer { releases = [] }
        return releases
    }

    /// Remembers that a claim was removed, for whoever wants to tell of it.
    mutating func noteRelease(_ key: ClaimKey, _ entry: Entry, _ count: ClaimCount) {
        guard releases.count < Self.maximumReleases else { return }
        let claim = KnownClaim(key: key, holder: entry.holder, acquiredAt: entry.acquiredAt)
        releases.append((claim, count == .released))
    }

    /// The next step; to be asked until it is no call, and again after every event and at the time it names.
    package mutating func next(now: ClaimMoment) -> Step {
        guard underWay.count < Self.maximumCallsUnderWay else { return .idle }
        guard now.steady >= nextCallAt || (ready.isEmpty && queue.isEmpty) else { return .wait(until: nextCallAt) }
        if let (pending, call) = ready.popLast() { return issue(pending, call, now) }
        while let work = queue.popDue(at: now.steady) {
            if let (pending, call) = begin(work, now) { return issue(pending, call, now) }
        }
        return queue.firstDue.map { .wait(until: max($0, nextCallAt)) } ?? .idle
    }

    private mutating func issue(_ pending: Pending, _ call: ClaimCall, _ now: ClaimMoment) -> Step {
        let ticket = Ticket(number: nextTicket)
        nextTicket += 1
        underWay[ticket] = pending
        nextCallAt = now.steady + Self.minimumIntervalMilliseconds
        return .call(call, ticket)
    }

    /// Goes on with something that is under way, before anything new.
    mutating func follow(_ pending: Pending, _ call: ClaimCall) {
        ready.append((pending, call))
    }

    mutating func count(_ count: ClaimCount) {
        counts.append(count)
    }

    /// From 0 to `limit` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
    mutating func random(upTo limit: Int64) -> Int64 {
        randomState &+= 0x9E37_79B9_7F4A_7C15
        var value = randomState
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        return Int64(value % UInt64(limit + 1))
    }

    mutating func schedule(_ work: Work, at due: Int64) {
        queue.add(work, due: due + random(upTo: Self.jitterMilliseconds))
    }

    /// How long to wait after so many failures.
    static func retryDelay(_ failures: UInt8, _ failure: ClaimFailure) -> Int64 {
        let delay = min(maximumRetryMilliseconds, firstRetryMilliseconds << min(Int64(failures), 6))
        return max(delay, min(failure.retryAfterMilliseconds ?? 0, maximumRetryMilliseconds))
    }
}

/// Among which runs a branch is held by one only.
package enum BranchClaimScope: Sendable {
    case cluster
    case namespace

    /// The claim on `branch` of a run in `namespace`.
    package func key(_ branch: BranchKey, in namespace: ExactString) -> ClaimKey {
        switch self {
        case .cluster: ClaimKey(branch: branch)
        case .namespace: ClaimKey(scope: namespace, branch: branch)
        }
    }
}
