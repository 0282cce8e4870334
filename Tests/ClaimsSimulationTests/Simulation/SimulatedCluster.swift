import AgentRuns
import ClusterState
import JSONPull

/// What the API server stores: each call takes effect at one moment, and every change makes a new resource version.
struct SimulatedCluster {
    /// A run as it is, whatever can be seen of it.
    struct Run {
        var key: ObjectKey
        var uid: ExactString
        var standing = RunStanding.active
        /// Branches that its text shows.
        var written: [BranchKey]
        /// Branches that only the webhook's reading of templates shows, until the status does.
        var derived: [BranchKey]
        var isSettled = false
        var endedAt: Int64?

        var branches: [BranchKey] { standing.needsClaims ? written + derived : [] }

        /// As a watch or a read shows it.
        var seen: HolderRun {
            HolderRun(
                key: key,
                uid: uid,
                phase: standing.isActive ? "Running" : standing == .over ? "Succeeded" : "Template",
                createdAt: nil,
                standing: standing,
                branches: standing.needsClaims ? written + (isSettled ? derived : []) : []
            )
        }
    }

    enum Change {
        case lease(HeldClaim)
        case leaseGone(HeldClaim)
        case run(HolderRun)
        case runGone(ObjectKey, uid: ExactString)
    }

    private(set) var leases: [ClaimKey: HeldClaim] = [:]
    /// When the Lease got into its state.
    private(set) var leaseTimes: [ClaimKey: Int64] = [:]
    private(set) var runs: [ObjectKey: Run] = [:]
    /// When the object of that uid ended or was deleted.
    private(set) var ends: [ExactString: Int64] = [:]
    private(set) var deletions: [ExactString: Int64] = [:]
    private var lastVersion = 0
    private var lastUID = 0
    private(set) var changes: [Change] = []

    /// In order of their names.
    var activeRuns: [Run] { runs.values.filter(\.standing.needsClaims).sorted { $0.key < $1.key } }

    mutating func takeChanges() -> [Change] {
        defer { changes = [] }
        return changes
    }

    private mutating func nextVersion() -> String {
        lastVersion += 1
        return String(lastVersion)
    }

    mutating func execute(_ call: ClaimCall, now: Int64) -> ClaimAnswer {
        switch call {
        case .create(let claim):
            if leases[claim.key] != nil { return .exists }
            lastUID += 1
            return put(claim, uid: "lease-\(lastUID)", now)
        case .readLease(let key): return leases[key].map { .lease(.claim($0)) } ?? .absent
        case .readRun(let key): return runs[key].map { .run($0.seen) } ?? .absent
        case .listJobs: return .jobs(active: nil)
        case .replace(let version, let claim):
            guard let held = leases[claim.key] else { return .absent }
            // Without a resource version the API server replaces whatever is there.
            guard held.version == version || version.resourceVersion.isEmpty else { return .changed }
            return put(claim, uid: held.version.uid, now)
        case .delete(let key, let version):
            guard let held = leases[key] else { return .absent }
            guard held.version == version || version.resourceVersion.isEmpty else { return .changed }
            leases[key] = nil
            leaseTimes[key] = nil
            _ = nextVersion()
            changes.append(.leaseGone(held))
            return .deleted
        }
    }

    private mutating func put(_ claim: Claim, uid: String, _ now: Int64) -> ClaimAnswer {
        let held = HeldClaim(claim: claim, version: LeaseVersion(uid: uid, resourceVersion: nextVersion()))
        leases[claim.key] = held
        leaseTimes[claim.key] = now
        changes.append(.lease(held))
        return .lease(.claim(held))
    }

    // MARK: Runs

    /// False when there is one of that name.
    mutating func store(_ run: Run) -> Bool {
        guard runs[run.key] == nil else { return false }
        set(run)
        return true
    }

    /// Changes a run that stands as one of `standings`.
    mutating func update(
        _ key: ObjectKey,
        uid: ExactString,
        from standings: Set<RunStanding> = [.active, .becoming],
        _ change: (inout Run) -> Void
    ) -> Bool {
        guard var run = runs[key], run.uid == uid, standings.contains(run.standing) else { return false }
        change(&run)
        set(run)
        return true
    }

    /// Adds the template annotation.
    mutating func annotate(_ key: ObjectKey, uid: ExactString) {
        _ = update(key, uid: uid, from: [.active, .becoming, .over]) { run in
            run.standing = run.standing == .active ? .annotated : .template
        }
    }

    mutating func end(_ key: ObjectKey, uid: ExactString, deletes: Bool, now: Int64) {
        guard var run = runs[key], run.uid == uid else { return }
        let isTemplate = run.standing == .annotated || run.standing == .template
        // A template that stays may become a run.
        if run.standing != .over, deletes || !isTemplate { ends[uid] = now }
        if deletes {
            runs[key] = nil
            deletions[uid] = now
            changes.append(.runGone(key, uid: uid))
        } else {
            run.standing = isTemplate ? .template : .over
            set(run)
        }
    }

    private mutating func set(_ run: Run) {
        runs[run.key] = run
        changes.append(.run(run.seen))
    }
}
