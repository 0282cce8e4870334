import AgentRuns
import ClusterState
import JSONPull

/// What the API server stores: each call takes effect at one moment, and every change makes a new resource version.
struct SimulatedCluster {
    typealias Run = SimulatedRun

    enum Change {
        case lease(HeldClaim)
        case leaseGone(HeldClaim)
        /// A run as it is now, and as a watch tells of it.
        case run(Run, ClusterChange)
        case runGone(ClusterChange)
        case job(ClusterChange)
    }

    static let runs = ClusterSource(kind: .agentRun, namespace: nil)
    static let jobs = ClusterSource(kind: .job, namespace: nil)
    private static let gapSeconds = 41

    private(set) var leases: [ClaimKey: HeldClaim] = [:]
    /// When the Lease got into its state.
    private(set) var leaseTimes: [ClaimKey: Int64] = [:]
    private(set) var runs: [ObjectKey: Run] = [:]
    /// When the object of that uid ended or was deleted.
    private(set) var ends: [ExactString: Int64] = [:]
    private(set) var deletions: [ExactString: Int64] = [:]
    /// The object that each active Job works for, by its run's name.
    private(set) var activeJobs: [ObjectKey: ExactString] = [:]
    /// Runs that ever had one.
    private(set) var runsWithJobs: Set<ObjectKey> = []
    let flaws: ReadingFlaws
    /// What the API server could not make of what it was sent.
    private(set) var problem: String?
    private var lastVersion = 0
    private var lastUID = 0
    private(set) var changes: [Change] = []

    init(flaws: ReadingFlaws = []) {
        self.flaws = flaws
    }

    /// In order of their names: at work, about to be, or over with a Job that goes on.
    var activeRuns: [Run] { runs.values.filter(isAtWork).sorted { $0.key < $1.key } }

    private func isAtWork(_ run: Run) -> Bool { run.standing.needsClaims || activeJobs[run.key] == run.uid }

    /// Whether a claim serves no run and no Job.
    func isVoid(_ held: HeldClaim) -> Bool {
        let name = held.claim.holder.run
        if activeJobs[name] != nil { return false }
        guard let run = runs[name], run.standing.needsClaims else { return true }
        if run.allBranches.contains(held.claim.key.branch) { return false }
        // Nothing tells that a derived branch, or one a run had when it was marked, is not used any more.
        return !(held.claim.isDerived || run.standing == .annotated)
    }

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
        case .readRun(let key): return runs[key].flatMap { $0.seen(flaws) }.map { .run($0) } ?? .absent
        case .listJobs(let key): return .jobs(active: activeJobs[key].map { _ in key.name })
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
        let version = LeaseVersion(uid: uid, resourceVersion: nextVersion())
        let lease = LeaseObject.encode(claim, namespace: "system", replacing: version, gapSeconds: Self.gapSeconds)
        guard case .claim(let held) = try? LeaseObject.decode(lease), held == HeldClaim(claim: claim, version: version)
        else {
            problem = "the Lease of \(claim) is not read as it was written"
            return .failed(ClaimFailure(message: "unreadable", cause: "unreadable", isTransient: false))
        }
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
            if let change = Self.change(.delete, run.json, Self.runs) { changes.append(.runGone(change)) }
        } else {
            run.standing = isTemplate ? .template : .over
            set(run)
        }
    }

    private mutating func set(_ run: Run) {
        runs[run.key] = run
        if let change = Self.change(.put, run.json, Self.runs) { changes.append(.run(run, change)) }
    }

    // MARK: Jobs

    /// A Job begins, unless the run is over or has one.
    mutating func startJob(_ key: ObjectKey, uid: ExactString) -> Bool {
        guard let run = runs[key], run.uid == uid, run.standing == .active, activeJobs[key] == nil else { return false }
        activeJobs[key] = uid
        runsWithJobs.insert(key)
        tellOfJob(.put, of: key)
        return true
    }

    mutating func endJob(_ key: ObjectKey, uid: ExactString, deletes: Bool) {
        guard activeJobs[key] == uid else { return }
        activeJobs[key] = nil
        tellOfJob(deletes ? .delete : .put, of: key)
    }

    private mutating func tellOfJob(_ operation: ClusterChange.Operation, of key: ObjectKey) {
        if let change = Self.change(operation, job(of: key), Self.jobs) { changes.append(.job(change)) }
    }

    func job(of key: ObjectKey) -> [UInt8] {
        let condition = activeJobs[key] == nil ? #"{"type":"Failed","status":"True"}"# : ""
        return Array(
            """
            {"metadata":{"namespace":"\(key.namespace)","name":"\(key.name)-step",\
            "labels":{"agents.proompteng.ai/agent-run":"\(key.name)"}},"status":{"conditions":[\(condition)]}}
            """.utf8
        )
    }

    private static func change(
        _ operation: ClusterChange.Operation,
        _ object: [UInt8],
        _ source: ClusterSource
    ) -> ClusterChange? {
        unsafe object.withUnsafeBytes {
            unsafe ClusterChange(operation, $0, of: source, projection: Run.projection)
        }
    }
}
