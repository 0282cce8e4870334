package import AgentRuns
package import JSONPull
package import Policy
private import Synchronization

/// The cluster state as an audit asks it: of runs that have something in common which only one may have, each sees those that
/// were there before it.
///
/// So a conflict is told once, at the run that came later, as it would have been told when that was created. Creation times are
/// compared first, then namespaces and names; a run without a time counts as the oldest, and one that the state does not have
/// as the latest. Of two branches of which git keeps only one, since one is a path above the other, the run with the lower one
/// is told.
///
/// Who has what is looked up once for all of those that have it: a review asks for one branch, an audit for all, and 100,000
/// runs of one branch would be ten thousand million looks. Made for one round: what changes in the state afterwards may not be
/// seen.
///
/// There is no age, and no problem, of the state: whoever makes this knows what could not be read. Nothing is counted for
/// limits, which are about what may still be created.
package final class EarlierRuns: ClusterLookup {
    /// What only one run may have.
    private enum Shared: Hashable {
        case branch(BranchKey, scope: ExactString?)
        /// By its digest.
        case idempotencyKey(UInt64)
        case jobName(ObjectKey)
    }

    private let store: ClusterStore
    private let tellsAges: Bool
    /// Of what several runs have; what one has is sooner looked up than remembered.
    private let groups = Mutex<[Shared: RunGroup]>([:])

    /// - Parameters:
    ///   - store: what there is.
    ///   - tellsAges: whether it is known how old a run is; without, a finding says the same until something changes.
    package init(_ store: ClusterStore, tellsAges: Bool = true) {
        (self.store, self.tellsAges) = (store, tellsAges)
    }

    package func condition(in namespace: ExactString, bindings: Bool) -> StateCondition {
        .available(ageMilliseconds: 0)
    }

    package func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders? {
        let own = ObjectKey(namespace: namespace, name: name)
        guard let group = group(.branch(branch, scope: scope), { $0.group(holding: branch, scope: scope) }) else {
            return nil
        }
        let count = group.count(before: own, store)
        guard count > 0 else { return nil }
        return BranchHolders(first: holder(group.runs[0]), count: count)
    }

    package func holdersOnPath(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchPathHolders? {
        let own = ObjectKey(namespace: namespace, name: name)
        var found: (first: BranchHolder, head: ExactString)?
        var count = 0
        let paths = BranchPaths(of: branch)
        for path in paths.above where count < BranchPathHolders.maximumCount && store.mayHold(hash: path.hash) {
            let above = paths.branch(at: path)
            guard let group = group(.branch(above, scope: scope), { $0.group(holding: above, scope: scope) }),
                let first = group.runs.first(where: { $0.key != own })
            else { continue }
            // A run may hold both.
            count += group.runs.count - (group.has(own, store) ? 1 : 0)
            found = found ?? (holder(first), above.head)
        }
        return found.map {
            BranchPathHolders(first: $0.first, head: $0.head, count: min(count, BranchPathHolders.maximumCount))
        }
    }

    package func holders(of key: IdempotencyKey, otherThan name: ExactString) -> IdempotencyKeyHolders? {
        let own = ObjectKey(namespace: key.namespace, name: name)
        let digest = RunRecord.digest(key)
        guard let group = group(.idempotencyKey(digest), { $0.group(withKey: digest) }) else { return nil }
        let count = group.count(before: own, store)
        guard count > 0 else { return nil }
        let active = group.firstActive.flatMap { $0 < count ? $0 : nil }
        return IdempotencyKeyHolders(
            first: holder(group.runs[active ?? 0]),
            isInUse: active != nil,
            count: count
        )
    }

    package func jobNamesakes(of name: ExactString, in namespace: ExactString) -> BranchHolders? {
        let own = ObjectKey(namespace: namespace, name: name)
        let jobName = ObjectKey(namespace: namespace, name: JobName.of(name))
        guard let group = group(.jobName(jobName), { $0.group(withJobNameOf: own) }) else { return nil }
        let count = group.count(before: own, store)
        guard count > 0 else { return nil }
        return BranchHolders(
            first: holder(group.runs[0]),
            count: min(count, BranchHolders.maximumJobNameCount)
        )
    }

    package func runCounts(
        agent: ExactString?,
        repository: ExactString?,
        otherThan name: ExactString,
        in namespace: ExactString
    ) -> RunCounts {
        RunCounts()
    }

    /// The runs that have something; nil when none has.
    private func group(_ shared: Shared, _ find: (ClusterStore) -> RunGroup) -> RunGroup? {
        if let known = groups.withLock({ $0[shared] }) { return known }
        let found = find(store)
        guard found.runs.count > 1 else { return found.runs.isEmpty ? nil : found }
        groups.withLock { $0[shared] = found }
        return found
    }

    private func holder(_ run: RunGroup.Run) -> BranchHolder {
        var holder = store.holder(run)
        if !tellsAges { holder.createdAt = nil }
        return holder
    }

    // MARK: What has nothing to do with other runs

    package func isKnown(_ kind: ReferencedKind, in namespace: ExactString) -> Bool {
        store.isKnown(kind, in: namespace)
    }

    package func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation? {
        store.implementation(name, in: namespace)
    }

    package func agent(_ name: ExactString, in namespace: ExactString) -> Agent? { store.agent(name, in: namespace) }

    package func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider? {
        store.agentProvider(name, in: namespace)
    }

    package func versionControlProvider(
        _ name: ExactString,
        in namespace: ExactString
    ) -> VersionControlProvider? {
        store.versionControlProvider(name, in: namespace)
    }

    package func memory(_ name: ExactString, in namespace: ExactString) -> Memory? { store.memory(name, in: namespace) }

    package func defaultMemory(in namespace: ExactString) -> Memory? { store.defaultMemory(in: namespace) }

    package func secretBindings(in namespace: ExactString) -> [SecretBinding] { store.secretBindings(in: namespace) }

    package func hasSecret(_ name: ExactString, in namespace: ExactString) -> Bool {
        store.hasSecret(name, in: namespace)
    }
}

/// The runs that have one thing, the oldest first.
struct RunGroup: Sendable {
    struct Run: Sendable, Comparable {
        let createdSeconds: Int64
        let key: ObjectKey
        let isActive: Bool

        init(_ record: RunRecord) {
            (createdSeconds, key) = (record.createdSeconds, record.key)
            isActive = record.facts.contains(.active)
        }

        static func < (one: Run, other: Run) -> Bool { one.isBefore(other.createdSeconds, other.key) }

        func isBefore(_ seconds: Int64, _ key: ObjectKey) -> Bool {
            createdSeconds == seconds ? self.key < key : createdSeconds < seconds
        }
    }

    /// Of more than so many the lock is let go in between.
    static let maximumAtOnce = 512
    /// So many places are looked at in one hold of the lock, each of which may have a run: 0.3 ms.
    static let placesAtOnce = 2048

    let runs: [Run]
    /// The place of the first that is active.
    let firstActive: Int?

    init(_ runs: [Run]) {
        self.runs = runs.sorted()
        firstActive = self.runs.firstIndex(where: \.isActive)
    }

    /// How many were there before the run of that name, or would be if the state had it.
    func count(before own: ObjectKey, _ store: ClusterStore) -> Int {
        // The latest, where the state does not have it; then none of these is it.
        place(of: own, createdSeconds: store.createdSeconds(own) ?? .max)
    }

    func has(_ own: ObjectKey, _ store: ClusterStore) -> Bool {
        guard let created = store.createdSeconds(own) else { return false }
        let place = place(of: own, createdSeconds: created)
        return place < runs.count && runs[place].key == own
    }

    /// Halves again and again: a group may be all runs there are.
    private func place(of own: ObjectKey, createdSeconds: Int64) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].isBefore(createdSeconds, own) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ClusterStore {
    /// Nil for a run that the source does not have; the minimum when the time is unknown.
    fileprivate func createdSeconds(_ key: ObjectKey) -> Int64? {
        withState { state in state.objects.runs.run(key)?.createdSeconds }
    }

    /// Whether there may be a branch of that hash; mostly there is none, and no name needs to be made for it.
    fileprivate func mayHold(hash: Int) -> Bool {
        withState { state in
            state.objects.runs.mayHold(hash: hash) || state.reservations.runs.mayHold(hash: hash)
        }
    }

    fileprivate func group(holding branch: BranchKey, scope: ExactString?) -> RunGroup {
        let few = few { state, add in state.forEachHolder(of: branch, scope: scope, add) }
        guard few.count > RunGroup.maximumAtOnce else { return RunGroup(few) }
        let hash = BranchPaths.hash(of: branch)
        return RunGroup(
            all { state, places, add in
                state.objects.runs.forEachHolder(of: branch, hash: hash, amongClaims: places, add)
                state.reservations.runs.forEachHolder(of: branch, hash: hash, amongClaims: places) { run in
                    if !state.objects.runs.holds(branch, run.key) { add(run) }
                }
            }.filter { scope == nil || $0.key.namespace == scope }
        )
    }

    fileprivate func group(withKey digest: UInt64) -> RunGroup {
        let few = few { state, add in
            var goesOn = true
            state.objects.runs.forEachRun(withKey: digest) { run in
                goesOn = add(run)
                return goesOn
            }
            guard goesOn else { return }
            state.reservations.runs.forEachRun(withKey: digest) { run in
                state.objects.runs.run(run.key) == nil ? add(run) : true
            }
        }
        guard few.count > RunGroup.maximumAtOnce else { return RunGroup(few) }
        return RunGroup(
            all { state, places, add in
                state.objects.runs.forEachRun(withKey: digest, among: places, add)
                state.reservations.runs.forEachRun(withKey: digest, among: places) { run in
                    if state.objects.runs.run(run.key) == nil { add(run) }
                }
            }
        )
    }

    /// The run itself included, where its Jobs have that name; of very many some, as they are only counted up to a number.
    fileprivate func group(withJobNameOf key: ObjectKey) -> RunGroup {
        RunGroup(
            few { state, add in
                // So that there is room for the run itself, whose place among them is asked for.
                if let own = state.objects.runs.run(key), own.hasJobs { _ = add(own) }
                state.objects.runs.forEachRun(withJobNameOf: key) { run in
                    run.isNamed(key) ? true : add(run)
                }
            }
        )
    }

    /// The runs that `collect` hands to its second argument, which wants no more when there are too many for one hold of the
    /// lock.
    private func few(_ collect: (borrowing State, _ add: (RunRecord) -> Bool) -> Void) -> [RunGroup.Run] {
        withState { state in
            state.expireReservations(clock)
            var runs: [RunGroup.Run] = []
            collect(state) { run in
                runs.append(RunGroup.Run(run))
                return runs.count <= RunGroup.maximumAtOnce
            }
            return runs
        }
    }

    /// The runs that `collect` hands to its last argument, asked for a few places at a time.
    ///
    /// So each hold of the lock is short, however many there are. What changes in between may be seen or not.
    private func all(
        _ collect: (borrowing State, Range<Int>, _ add: (RunRecord) -> Void) -> Void
    ) -> [RunGroup.Run] {
        var runs: [RunGroup.Run] = []
        var start = 0
        while true {
            let places = start..<start + RunGroup.placesAtOnce
            let (found, placeCount) = withState { state in
                var found: [RunGroup.Run] = []
                collect(state, places) { found.append(RunGroup.Run($0)) }
                return (found, max(state.objects.runs.placeCount, state.reservations.runs.placeCount))
            }
            runs += found
            start = places.upperBound
            if start >= placeCount { return runs }
        }
    }

    fileprivate func holder(_ run: RunGroup.Run) -> BranchHolder {
        withState { state in
            let known = state.objects.runs.run(run.key) ?? state.reservations.runs.run(run.key)
            return known.map { state.holder($0) }
                ?? BranchHolder(
                    namespace: run.key.namespace,
                    name: UnnamedObject.shown(run.key.name),
                    phase: "deleted",
                    createdAt: run.createdSeconds == .min ? nil : Timestamp(seconds: run.createdSeconds)
                )
        }
    }
}
