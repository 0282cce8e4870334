internal import AgentRuns
internal import JSONPull
internal import Policy

/// The list of the runs with one key, whose first is in the table of keys.
extension RunIndex {
    /// Calls `body` for every run with the key of that digest, in no order, until it answers false.
    func forEachRun(withKey digest: UInt64, _ body: (RunRecord) -> Bool) {
        guard let first = firstRun(withKey: digest) else { return }
        var run = UInt32(first)
        while run != StoredRun.noRun, let record = record(runs[Int(run)]), body(record) {
            run = runs[Int(run)].nextOfKey
        }
    }

    /// Where runs and claims may be: no place is beyond it.
    var placeCount: Int { max(runs.count, claims.count) }

    /// The same among the runs at some places.
    func forEachRun(withKey digest: UInt64, among places: Range<Int>, _ body: (RunRecord) -> Void) {
        for place in places.clamped(to: runs.indices) where runs[place].keyDigest == digest {
            if let record = record(runs[place]) { body(record) }
        }
    }

    private func firstRun(withKey digest: UInt64) -> Int? {
        byKey.find(hash: Int(truncatingIfNeeded: digest)) { runs[$0].keyDigest == digest }
    }

    mutating func addKey(ofRun place: Int) {
        let digest = runs[place].keyDigest
        if let first = firstRun(withKey: digest) {
            // The second in line: the table can stay as it is.
            let second = runs[first].nextOfKey
            (runs[place].previousOfKey, runs[place].nextOfKey) = (UInt32(first), second)
            if second != StoredRun.noRun { runs[Int(second)].previousOfKey = UInt32(place) }
            runs[first].nextOfKey = UInt32(place)
        } else {
            byKey.insert(place, hash: Int(truncatingIfNeeded: digest))
        }
    }

    mutating func removeKey(ofRun place: Int) {
        let hash = Int(truncatingIfNeeded: runs[place].keyDigest)
        let (previous, next) = (runs[place].previousOfKey, runs[place].nextOfKey)
        if next != StoredRun.noRun { runs[Int(next)].previousOfKey = previous }
        if previous != StoredRun.noRun {
            runs[Int(previous)].nextOfKey = next
        } else if next == StoredRun.noRun {
            byKey.remove(place, hash: hash)
        } else {
            byKey.replace(place, by: Int(next), hash: hash)
        }
    }
}

/// The list of the claims on one branch, whose first is in the table of branches.
extension RunIndex {
    /// Calls `body` for the run of each claim at some places that holds `branch`; `hash` is the branch's.
    func forEachHolder(
        of branch: BranchKey,
        hash: Int,
        amongClaims places: Range<Int>,
        _ body: (RunRecord) -> Void
    ) {
        let half = UInt32(truncatingIfNeeded: hash)
        for place in places.clamped(to: claims.indices) where claims[place].branchHash == half {
            let run = runs[Int(claims[place].run)]
            guard run.isHolding, isOn(branch, claims[place]), let record = record(run) else { continue }
            body(record)
        }
    }

    /// Puts a claim into the list of its branch.
    mutating func link(_ place: Int, _ branch: BranchKey) {
        folders.add(place, on: branch)
        if let first = firstClaim(onBranchOf: claims[place]) {
            // The second in line: the table can stay as it is.
            let second = claims[first].nextOfBranch
            (claims[place].previousOfBranch, claims[place].nextOfBranch) = (UInt32(first), second)
            if second != StoredRun.noClaim { claims[Int(second)].previousOfBranch = UInt32(place) }
            claims[first].nextOfBranch = UInt32(place)
        } else {
            (claims[place].previousOfBranch, claims[place].nextOfBranch) = (StoredRun.noClaim, StoredRun.noClaim)
            byBranch.insert(place, hash: Int(claims[place].branchHash))
        }
    }

    /// Takes a claim out of the list of its branch.
    mutating func unlink(_ place: Int, _ claim: StoredClaim) {
        folders.remove(place)
        let hash = Int(claim.branchHash)
        let (previous, next) = (claim.previousOfBranch, claim.nextOfBranch)
        if next != StoredRun.noClaim { claims[Int(next)].previousOfBranch = previous }
        if previous != StoredRun.noClaim {
            claims[Int(previous)].nextOfBranch = next
        } else if next == StoredRun.noClaim {
            byBranch.remove(place, hash: hash)
        } else {
            byBranch.replace(place, by: Int(next), hash: hash)
        }
    }
}
