internal import AgentRuns
internal import JSONPull

extension RunIndex {
    /// Calls `body` for every run with the key of that digest, in no order, until it answers false.
    func forEachRun(withKey digest: UInt64, _ body: (RunRecord) -> Bool) {
        guard let first = firstRun(withKey: digest) else { return }
        var run = UInt32(first)
        while run != StoredRun.noRun, let record = record(runs[Int(run)]), body(record) {
            run = runs[Int(run)].nextOfKey
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
