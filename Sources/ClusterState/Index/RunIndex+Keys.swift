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
            runs[place].nextOfKey = runs[first].nextOfKey
            runs[first].nextOfKey = UInt32(place)
        } else {
            byKey.insert(place, hash: Int(truncatingIfNeeded: digest))
        }
    }

    mutating func removeKey(ofRun place: Int) {
        let digest = runs[place].keyDigest
        guard let first = firstRun(withKey: digest) else { return }
        guard first == place else {
            var previous = first
            while Int(runs[previous].nextOfKey) != place { previous = Int(runs[previous].nextOfKey) }
            runs[previous].nextOfKey = runs[place].nextOfKey
            return
        }
        let hash = Int(truncatingIfNeeded: digest)
        if runs[place].nextOfKey == StoredRun.noRun {
            byKey.remove(place, hash: hash)
        } else {
            byKey.replace(place, by: Int(runs[place].nextOfKey), hash: hash)
        }
    }
}
