internal import AgentRuns
internal import JSONPull
internal import Policy

/// Runs by name and by the branches they hold; a look-up costs the same however many there are.
///
/// Runs and claims stand in two arrays. A claim is in two lists: all of one run and all on one branch; the table of
/// branches points to the first of the latter.
struct RunIndex: Sendable {
    var runs: [StoredRun] = []
    private var freeRuns: [UInt32] = []
    var claims: [StoredClaim] = []
    private var freeClaims: [UInt32] = []
    /// Names of runs and heads of claims.
    private(set) var texts = TextPool()
    private var byName = SlotIndex()
    var byBranch = SlotIndex()
    var folders = BranchFolders()
    /// First of the runs with an idempotency key.
    var byKey = SlotIndex()
    var jobNames = JobNames()
    private var tally = RunTally()

    var count: Int { byName.count }

    /// Makes room for so many runs in all.
    mutating func reserve(_ count: Int) {
        runs.reserveCapacity(count)
    }

    /// The run of that name.
    func run(_ key: ObjectKey) -> RunRecord? {
        place(of: key).flatMap(run)
    }

    /// How the run of that name stands; nil when there is none.
    func standing(of key: ObjectKey) -> RunStanding? { place(of: key).map { runs[$0].facts.standing } }

    /// The run at a place; nil when that is free.
    func run(at place: Int) -> RunRecord? {
        record(runs[place])
    }

    /// Where the run of that name is: a number that stays the same until the run is taken out, and then is another's.
    func place(of key: ObjectKey) -> Int? {
        // Often there is none at all, and then nothing to hash.
        count == 0 ? nil : place(of: key, hash: key.hashValue)
    }

    /// Calls `body` for every run, in no order.
    func forEachRun(_ body: (RunRecord) -> Void) {
        for run in runs {
            if let record = record(run) { body(record) }
        }
    }

    /// The branches of the run of that name, whether it holds them or not.
    func branches(of key: ObjectKey) -> [BranchKey] {
        guard let place = place(of: key) else { return [] }
        var branches: [BranchKey] = []
        forEachClaim(of: place) { branches.append(branch($0)) }
        return branches
    }

    /// Calls `body` for every run that holds `branch`, in no order, until it answers false; not for the run named `own`.
    ///
    /// A run that is not active yet is no holder, though its branches are known.
    /// `hash` is the branch's, which whoever asks two indices works out once.
    func forEachHolder(of branch: BranchKey, hash: Int, otherThan own: ObjectKey? = nil, _ body: (RunRecord) -> Bool) {
        guard let first = firstClaim(on: branch, hash: hash) else { return }
        var claim = UInt32(first)
        while claim != StoredRun.noClaim {
            let place = Int(claims[Int(claim)].run)
            claim = claims[Int(claim)].nextOfBranch
            if let own, isNamed(own, place) { continue }
            guard runs[place].isHolding else { continue }
            guard let run = record(runs[place]), body(run) else { return }
        }
    }

    /// Calls `body` for every run that holds a branch which git does not keep beside `branch`, as one is a path above the
    /// other, with that branch's head, in no order, until it answers false; not for the run named `own`.
    func forEachHolder(
        on paths: BranchPaths,
        otherThan own: ObjectKey,
        _ body: (RunRecord, ExactString) -> Bool
    ) {
        guard byBranch.count > 0 else { return }
        var goesOn = true
        // Hardly ever is there a branch of that hash, and only then its name is made.
        for path in paths.above where goesOn && byBranch.find(hash: path.hash, { _ in true }) != nil {
            let above = paths.branch(at: path)
            forEachHolder(of: above, hash: path.hash, otherThan: own) { run in
                goesOn = body(run, above.head)
                return goesOn
            }
        }
        guard goesOn else { return }
        folders.forEachClaim(below: paths.branch, hash: paths.hash) { place in
            let claim = claims[place]
            let run = runs[Int(claim.run)]
            guard run.isHolding, !isNamed(own, Int(claim.run)), let record = record(run) else {
                return true
            }
            return body(record, texts.text(claim.head))
        }
    }

    /// Whether there may be a branch of that hash.
    func mayHold(hash: Int) -> Bool { byBranch.count > 0 && byBranch.find(hash: hash, { _ in true }) != nil }

    /// Calls `body` for every run whose text shows `branch` and that needs a claim on it, in no order, until it answers
    /// false.
    func forEachClaimant(of branch: BranchKey, _ body: (RunRecord) -> Bool) {
        guard let first = firstClaim(on: branch, hash: BranchPaths.hash(of: branch)) else { return }
        var claim = UInt32(first)
        while claim != StoredRun.noClaim {
            let place = Int(claims[Int(claim)].run)
            claim = claims[Int(claim)].nextOfBranch
            guard let run = record(runs[place]), body(run) else { return }
        }
    }

    /// How many runs are running and waiting in the scopes a run of this namespace, agent and repository is in, but for the
    /// one called `own`.
    func counts(agent: ExactString?, repository: ExactString?, otherThan own: ObjectKey) -> RunCounts {
        tally.isEmpty
            ? RunCounts()
            : tally.counts(
                name: own.name,
                namespace: own.namespace,
                agent: agent,
                repository: repository,
                without: place(of: own).map { runs[$0] }
            )
    }

    /// Calls `body` for every run that needs a claim on a branch, in no order.
    func forEachClaimant(_ body: (RunRecord) -> Void) {
        for run in runs where run.isLinked && run.firstClaim != StoredRun.noClaim {
            if let record = record(run) { body(record) }
        }
    }

    /// Whether the run of that name holds `branch`.
    func holds(_ branch: BranchKey, _ key: ObjectKey) -> Bool {
        guard let place = place(of: key), runs[place].isHolding else { return false }
        var isHolder = false
        forEachClaim(of: place) { isHolder = isHolder || isOn(branch, $0) }
        return isHolder
    }

    /// Adds a run; one of the same name is replaced.
    mutating func insert(_ run: ProjectedRun, file: UInt32) {
        insert(RunRecord(run, file: file), branches: run.branches)
    }

    /// Adds a run and returns its place; one of the same name is replaced.
    @discardableResult
    mutating func insert(_ record: RunRecord, branches: [BranchKey]) -> Int {
        let key = record.key
        let hash = key.hashValue
        if let place = place(of: key, hash: hash) {
            if update(place, to: record, branches) { return place }
            remove(at: place, hash: hash)
        }
        let place = addRun(record)
        byName.insert(place, hash: hash)
        if record.keyDigest != 0 { addKey(ofRun: place) }
        addJobName(ofRun: place, record.name)
        tally.add(runs[place], name: record.name)
        for branch in branches { addClaim(on: branch, run: place) }
        return place
    }

    /// Changes the run at a place and leaves its claims alone: most events tell nothing new of those.
    ///
    /// False where they have to change, and then nothing has.
    private mutating func update(_ place: Int, to record: RunRecord, _ branches: [BranchKey]) -> Bool {
        let old = runs[place]
        guard let name = old.name, old.keyDigest == record.keyDigest, !old.isLingering,
            old.facts.standing.needsClaims == record.facts.standing.needsClaims, hasClaims(on: branches, run: place)
        else { return false }
        var run = StoredRun(record, name: name)
        (run.nextOfKey, run.previousOfKey, run.firstClaim) = (old.nextOfKey, old.previousOfKey, old.firstClaim)
        run.jobName = old.jobName
        tally.add(old, name: record.name, -1)
        runs[place] = run
        if run.hasJobs != old.hasJobs {
            removeJobName(ofRun: place)
            addJobName(ofRun: place, record.name)
        }
        tally.add(run, name: record.name)
        return true
    }

    /// Whether a Job of the run of that name goes on, though it is over.
    func isLingering(_ key: ObjectKey) -> Bool { place(of: key).map { runs[$0].isLingering } ?? false }

    /// Says whether a Job of the run of that name goes on: then it holds its branches though it is over.
    mutating func setLingering(_ key: ObjectKey, _ isLingering: Bool) {
        guard let place = place(of: key), !runs[place].facts.standing.needsClaims,
            runs[place].isLingering != isLingering
        else { return }
        runs[place].isLingering = isLingering
        var claim = runs[place].firstClaim
        while claim != StoredRun.noClaim {
            if isLingering {
                link(Int(claim), branch(claims[Int(claim)]))
            } else {
                unlink(Int(claim), claims[Int(claim)])
            }
            claim = claims[Int(claim)].nextOfRun
        }
    }

    /// Takes the run of that name out; false when there is none.
    @discardableResult
    mutating func remove(_ key: ObjectKey) -> Bool {
        let hash = key.hashValue
        guard let place = place(of: key, hash: hash) else { return false }
        remove(at: place, hash: hash)
        return true
    }

    /// Takes the run at a place out, if there is one.
    mutating func remove(at place: Int) {
        guard let run = run(at: place) else { return }
        remove(at: place, hash: run.key.hashValue)
    }

    /// Takes the run at a place out; `hash` is its key's.
    private mutating func remove(at place: Int, hash: Int) {
        while runs[place].firstClaim != StoredRun.noClaim { removeFirstClaim(ofRun: place) }
        if runs[place].keyDigest != 0 { removeKey(ofRun: place) }
        removeJobName(ofRun: place)
        let run = runs[place]
        tally.add(run, name: run.name.map { texts.text($0) } ?? "", -1)
        byName.remove(place, hash: hash)
        if let name = run.name { texts.remove(name) }
        runs[place] = StoredRun()
        freeRuns.append(UInt32(place))
    }

    private func place(of key: ObjectKey, hash: Int) -> Int? {
        byName.find(hash: hash) { isNamed(key, $0) }
    }

    private func isNamed(_ key: ObjectKey, _ place: Int) -> Bool {
        guard let name = runs[place].name else { return false }
        return texts.equals(name, key.name) && runs[place].namespace == key.namespace
    }

    private func firstClaim(on branch: BranchKey, hash: Int) -> Int? {
        byBranch.find(hash: hash) { isOn(branch, claims[$0]) }
    }
}

// MARK: Claims

extension RunIndex {
    private mutating func addRun(_ record: RunRecord) -> Int {
        let run = StoredRun(record, name: texts.add(record.name))
        if let free = freeRuns.popLast() {
            runs[Int(free)] = run
            return Int(free)
        }
        runs.append(run)
        return runs.count - 1
    }

    /// The run of a place; nil when it is free.
    func record(_ run: StoredRun) -> RunRecord? {
        run.name.map { RunRecord(run, name: texts.text($0)) }
    }

    private func branch(_ claim: StoredClaim) -> BranchKey {
        BranchKey(repository: claim.repository, head: texts.text(claim.head))
    }

    func isOn(_ branch: BranchKey, _ claim: StoredClaim) -> Bool {
        texts.equals(claim.head, branch.head) && claim.repository == branch.repository
    }

    func firstClaim(onBranchOf claim: StoredClaim) -> Int? {
        byBranch.find(hash: Int(claim.branchHash)) { place in
            texts.equals(claims[place].head, claim.head) && claims[place].repository == claim.repository
        }
    }

    private func forEachClaim(of run: Int, _ body: (StoredClaim) -> Void) {
        var claim = runs[run].firstClaim
        while claim != StoredRun.noClaim {
            body(claims[Int(claim)])
            claim = claims[Int(claim)].nextOfRun
        }
    }

    /// Whether the claims of a run are those on `branches`, added in that order.
    private func hasClaims(on branches: [BranchKey], run: Int) -> Bool {
        var claim = runs[run].firstClaim
        for branch in branches.reversed() {
            guard claim != StoredRun.noClaim, isOn(branch, claims[Int(claim)]) else { return false }
            claim = claims[Int(claim)].nextOfRun
        }
        return claim == StoredRun.noClaim
    }

    private mutating func addClaim(on branch: BranchKey, run: Int) {
        let claim = StoredClaim(
            repository: branch.repository,
            head: texts.add(branch.head),
            run: UInt32(run),
            nextOfRun: runs[run].firstClaim,
            branchHash: UInt32(truncatingIfNeeded: BranchPaths.hash(of: branch))
        )
        let place: Int
        if let free = freeClaims.popLast() {
            place = Int(free)
            claims[place] = claim
        } else {
            claims.append(claim)
            place = claims.count - 1
        }
        runs[run].firstClaim = UInt32(place)
        if runs[run].isLinked { link(place, branch) }
    }

    private mutating func removeFirstClaim(ofRun run: Int) {
        let place = Int(runs[run].firstClaim)
        let claim = claims[place]
        runs[run].firstClaim = claim.nextOfRun
        if runs[run].isLinked { unlink(place, claim) }
        texts.remove(claim.head)
        claims[place] = StoredClaim(
            repository: "",
            head: texts.add(""),
            run: 0,
            nextOfRun: StoredRun.noClaim,
            branchHash: 0
        )
        freeClaims.append(UInt32(place))
    }
}
