internal import AgentRuns
internal import JSONPull

/// Which runs are called otherwise than their Jobs: 16 bytes each, and nothing for all others.
///
/// Runs whose Jobs have one name are in a list; the table points to the first of it.
struct JobNames: Sendable {
    /// Says that there is none.
    static let none = UInt32.max

    private struct Entry: Sendable {
        var run: UInt32
        /// Half of the hash of namespace and name of the Jobs, which is all a ``SlotIndex`` looks at.
        let hash: UInt32
        /// None for the first.
        var previous = JobNames.none
        var next = JobNames.none
    }

    private var entries: [Entry] = []
    private var free: [UInt32] = []
    private var byName = SlotIndex()

    var isEmpty: Bool { byName.count == 0 }

    /// What a name of Jobs is found by.
    static func hash(_ jobName: ExactString, in namespace: ExactString) -> UInt32 {
        UInt32(truncatingIfNeeded: ObjectKey(namespace: namespace, name: jobName).hashValue)
    }

    /// Adds the run at a place and returns its entry; `matches` says whether the Jobs of another run are called as its are.
    mutating func add(run: Int, hash: UInt32, _ matches: (Int) -> Bool) -> UInt32 {
        var entry = Entry(run: UInt32(run), hash: hash)
        let first = self.first(hash: hash, matches)
        if let first {
            // The second in line: the table can stay as it is.
            (entry.previous, entry.next) = (UInt32(first), entries[first].next)
        }
        let place: Int
        if let unused = free.popLast() {
            place = Int(unused)
            entries[place] = entry
        } else {
            entries.append(entry)
            place = entries.count - 1
        }
        if let first {
            if entry.next != Self.none { entries[Int(entry.next)].previous = UInt32(place) }
            entries[first].next = UInt32(place)
        } else {
            byName.insert(place, hash: Int(hash))
        }
        return UInt32(place)
    }

    /// Takes an entry out.
    mutating func remove(_ place: UInt32) {
        let entry = entries[Int(place)]
        if entry.next != Self.none { entries[Int(entry.next)].previous = entry.previous }
        if entry.previous != Self.none {
            entries[Int(entry.previous)].next = entry.next
        } else if entry.next == Self.none {
            byName.remove(Int(place), hash: Int(entry.hash))
        } else {
            byName.replace(Int(place), by: Int(entry.next), hash: Int(entry.hash))
        }
        free.append(place)
    }

    /// Calls `body` for the place of every run of the list whose first one `matches`, in no order, until it answers false.
    func forEachRun(hash: UInt32, _ matches: (Int) -> Bool, _ body: (Int) -> Bool) {
        guard let first = first(hash: hash, matches) else { return }
        var place = UInt32(first)
        while place != Self.none, body(Int(entries[Int(place)].run)) { place = entries[Int(place)].next }
    }

    private func first(hash: UInt32, _ matches: (Int) -> Bool) -> Int? {
        byName.find(hash: Int(hash)) { matches(Int(entries[$0].run)) }
    }
}

extension RunIndex {
    /// Calls `body` for every active run of `key`'s namespace whose Jobs are called as those of `key` would be, but for that
    /// run itself, in no order, until it answers false.
    func forEachRun(withJobNameOf key: ObjectKey, _ body: (RunRecord) -> Bool) {
        guard count > 0 else { return }
        let jobName = JobName.of(key.name)
        // The one that is called as its Jobs are is in no list.
        if jobName != key.name, let place = place(of: ObjectKey(namespace: key.namespace, name: jobName)),
            runs[place].hasJobs, let run = record(runs[place]), !body(run)
        {
            return
        }
        guard !jobNames.isEmpty else { return }
        let hash = JobNames.hash(jobName, in: key.namespace)
        let matches: (Int) -> Bool = { isOf(jobName, key.namespace, $0) }
        let visit: (Int) -> Bool = { place in
            guard let run = record(runs[place]), !run.isNamed(key) else { return true }
            return body(run)
        }
        jobNames.forEachRun(hash: hash, matches, visit)
    }

    /// Whether the Jobs of the run at a place are called so.
    private func isOf(_ jobName: ExactString, _ namespace: ExactString, _ place: Int) -> Bool {
        runs[place].namespace == namespace && runs[place].name.map { JobName.of(texts.text($0)) } == jobName
    }

    /// Puts the run at a place into the list of its Jobs' name, if it has Jobs and is called otherwise.
    mutating func addJobName(ofRun place: Int, _ name: ExactString) {
        guard runs[place].hasJobs, JobName.differs(from: name), !UnnamedObject.isUnnamed(name) else { return }
        let (jobName, namespace) = (JobName.of(name), runs[place].namespace)
        let hash = JobNames.hash(jobName, in: namespace)
        var names = JobNames()
        swap(&names, &jobNames)
        let entry = names.add(run: place, hash: hash) { isOf(jobName, namespace, $0) }
        swap(&names, &jobNames)
        runs[place].jobName = entry
    }

    /// Takes the run at a place out of the list it is in, if any.
    mutating func removeJobName(ofRun place: Int) {
        guard runs[place].jobName != JobNames.none else { return }
        jobNames.remove(runs[place].jobName)
        runs[place].jobName = JobNames.none
    }
}
