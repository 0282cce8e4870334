internal import AgentRuns
internal import JSONPull

/// Runs by name and by the branches they hold; a look-up costs the same however many there are.
///
/// Runs and claims stand in two arrays. A claim is in two lists: all of one run and all on one branch; the table of
/// branches points to the first of the latter.
struct RunIndex: Sendable {
    /// That a run holds a branch: 48 bytes.
    private struct Claim: Sendable {
        var branch: BranchKey
        var run: UInt32
        var nextOfBranch = RunRecord.noClaim
        var nextOfRun: UInt32
    }

    private var runs: [RunRecord] = []
    private var freeRuns: [UInt32] = []
    private var claims: [Claim] = []
    private var freeClaims: [UInt32] = []
    private var byName = SlotIndex()
    private var byBranch = SlotIndex()
    /// First of the runs with an idempotency key.
    private var byKey = SlotIndex()
    private(set) var tally = RunTally()

    var count: Int { byName.count }

    /// The run of that name.
    func run(_ key: ObjectKey) -> RunRecord? {
        place(of: key).map { runs[$0] }
    }

    /// Calls `body` for every run, in no order.
    func forEachRun(_ body: (RunRecord) -> Void) {
        for run in runs where !run.facts.contains(.free) { body(run) }
    }

    /// The branches the run of that name holds.
    func branches(of key: ObjectKey) -> [BranchKey] {
        guard let place = place(of: key) else { return [] }
        var branches: [BranchKey] = []
        forEachClaim(of: place) { branches.append($0.branch) }
        return branches
    }

    /// Calls `body` for every run that holds `branch`, in no order, until it answers false.
    ///
    /// `hash` is the branch's, which whoever asks two indices works out once.
    func forEachHolder(of branch: BranchKey, hash: Int, _ body: (RunRecord) -> Bool) {
        guard let first = firstClaim(on: branch, hash: hash) else { return }
        var claim = UInt32(first)
        while claim != RunRecord.noClaim, body(runs[Int(claims[Int(claim)].run)]) {
            claim = claims[Int(claim)].nextOfBranch
        }
    }

    /// Whether the run of that name holds `branch`.
    func holds(_ branch: BranchKey, _ key: ObjectKey) -> Bool {
        guard let place = place(of: key) else { return false }
        var isHolder = false
        forEachClaim(of: place) { isHolder = isHolder || $0.branch == branch }
        return isHolder
    }

    /// Adds a run; one of the same name is replaced.
    mutating func insert(_ run: ProjectedRun, file: UInt32) {
        insert(RunRecord(run, file: file), branches: run.branches)
    }

    /// Adds a run; one of the same name is replaced.
    mutating func insert(_ record: RunRecord, branches: [BranchKey]) {
        let hash = record.key.hashValue
        remove(record.key, hash: hash)
        let place = addRun(record)
        byName.insert(place, hash: hash)
        if record.keyDigest != 0 { addKey(ofRun: place) }
        tally.add(record)
        for branch in branches { addClaim(on: branch, run: place) }
    }

    /// Takes the run of that name out; false when there is none.
    @discardableResult
    mutating func remove(_ key: ObjectKey) -> Bool { remove(key, hash: key.hashValue) }

    @discardableResult
    private mutating func remove(_ key: ObjectKey, hash: Int) -> Bool {
        guard let place = place(of: key, hash: hash) else { return false }
        while runs[place].firstClaim != RunRecord.noClaim { removeFirstClaim(ofRun: place) }
        if runs[place].keyDigest != 0 { removeKey(ofRun: place) }
        tally.add(runs[place], -1)
        byName.remove(place, hash: hash)
        runs[place] = RunRecord()
        freeRuns.append(UInt32(place))
        return true
    }

    private func place(of key: ObjectKey) -> Int? { place(of: key, hash: key.hashValue) }

    private func place(of key: ObjectKey, hash: Int) -> Int? {
        byName.find(hash: hash) { runs[$0].isNamed(key) }
    }

    private func firstClaim(on branch: BranchKey, hash: Int) -> Int? {
        byBranch.find(hash: hash) { claims[$0].branch == branch }
    }
}

// MARK: Claims

extension RunIndex {
    private mutating func addRun(_ record: RunRecord) -> Int {
        var record = record
        record.firstClaim = RunRecord.noClaim
        record.nextOfKey = RunRecord.noRun
        if let free = freeRuns.popLast() {
            runs[Int(free)] = record
            return Int(free)
        }
        runs.append(record)
        return runs.count - 1
    }

    private func forEachClaim(of run: Int, _ body: (Claim) -> Void) {
        var claim = runs[run].firstClaim
        while claim != RunRecord.noClaim {
            body(claims[Int(claim)])
            claim = claims[Int(claim)].nextOfRun
        }
    }

    private mutating func addClaim(on branch: BranchKey, run: Int) {
        var claim = Claim(branch: branch, run: UInt32(run), nextOfRun: runs[run].firstClaim)
        let place: Int
        if let free = freeClaims.popLast() {
            place = Int(free)
        } else {
            claims.append(claim)
            place = claims.count - 1
        }
        let hash = branch.hashValue
        if let first = firstClaim(on: branch, hash: hash) {
            // The second in line: the table can stay as it is.
            claim.nextOfBranch = claims[first].nextOfBranch
            claims[first].nextOfBranch = UInt32(place)
        } else {
            byBranch.insert(place, hash: hash)
        }
        claims[place] = claim
        runs[run].firstClaim = UInt32(place)
    }

    private mutating func removeFirstClaim(ofRun run: Int) {
        let place = Int(runs[run].firstClaim)
        let claim = claims[place]
        runs[run].firstClaim = claim.nextOfRun
        unlink(place, claim)
        claims[place] = Claim(branch: BranchKey(repository: "", head: ""), run: 0, nextOfRun: RunRecord.noClaim)
        freeClaims.append(UInt32(place))
    }

    /// Takes a claim out of the list of its branch.
    private mutating func unlink(_ place: Int, _ claim: Claim) {
        let hash = claim.branch.hashValue
        guard let first = firstClaim(on: claim.branch, hash: hash) else { return }
        guard first == place else {
            var previous = first
            while Int(claims[previous].nextOfBranch) != place { previous = Int(claims[previous].nextOfBranch) }
            claims[previous].nextOfBranch = claim.nextOfBranch
            return
        }
        if claim.nextOfBranch == RunRecord.noClaim {
            byBranch.remove(place, hash: hash)
        } else {
            byBranch.replace(place, by: Int(claim.nextOfBranch), hash: hash)
        }
    }
}

// MARK: Idempotency keys

extension RunIndex {
    /// Calls `body` for every run with the key of that digest, in no order, until it answers false.
    func forEachRun(withKey digest: UInt64, _ body: (RunRecord) -> Bool) {
        guard let first = firstRun(withKey: digest) else { return }
        var run = UInt32(first)
        while run != RunRecord.noRun, body(runs[Int(run)]) { run = runs[Int(run)].nextOfKey }
    }

    private func firstRun(withKey digest: UInt64) -> Int? {
        byKey.find(hash: Int(truncatingIfNeeded: digest)) { runs[$0].keyDigest == digest }
    }

    private mutating func addKey(ofRun place: Int) {
        let digest = runs[place].keyDigest
        if let first = firstRun(withKey: digest) {
            // The second in line: the table can stay as it is.
            runs[place].nextOfKey = runs[first].nextOfKey
            runs[first].nextOfKey = UInt32(place)
        } else {
            byKey.insert(place, hash: Int(truncatingIfNeeded: digest))
        }
    }

    private mutating func removeKey(ofRun place: Int) {
        let digest = runs[place].keyDigest
        guard let first = firstRun(withKey: digest) else { return }
        guard first == place else {
            var previous = first
            while Int(runs[previous].nextOfKey) != place { previous = Int(runs[previous].nextOfKey) }
            runs[previous].nextOfKey = runs[place].nextOfKey
            return
        }
        let hash = Int(truncatingIfNeeded: digest)
        if runs[place].nextOfKey == RunRecord.noRun {
            byKey.remove(place, hash: hash)
        } else {
            byKey.replace(place, by: Int(runs[place].nextOfKey), hash: hash)
        }
    }
}
