package import AgentRuns
package import JSONPull
package import Policy
private import Synchronization

/// The cluster state in memory: what the source says, and what this process admitted and saw deleted.
///
/// All of it is behind one lock, held for microseconds by a look-up. A source builds its objects outside of it and swaps
/// them in whole.
package final class ClusterStore: ClusterLookup, Sendable {
    struct State: ~Copyable, Sendable {
        var projection: RunProjection
        /// Where the objects were read, by their number; the first stands for none.
        var files: [ManifestFile?] = [nil]
        var objects: ClusterObjects
        let owner: StateOwner
        /// How the owner's lists and watches are doing.
        var sources: ClusterSources
        var reservations: Reservations
        /// Runs that are in a manifest but no longer in the cluster, each with the file that says otherwise.
        var deletedRuns: [ObjectKey: ManifestFile] = [:]
        /// When the source was last seen to be as `objects` has it.
        var lookedAt: Int64?
        var unavailableReason = "the cluster state has not been read yet"
    }

    private let state: Mutex<State>
    /// Asked only where time makes a difference: most look-ups of a review are done sooner than the clock is read.
    let clock: @Sendable () -> Int64
    /// Called by whoever reserves, outside of the lock.
    let onReservationNews: @Sendable (ReservationNews) -> Void

    /// - Parameters:
    ///   - repositoryOptions: what tells repositories apart.
    ///   - generation: decides whether templates count.
    ///   - owner: whose word counts.
    ///   - reservations: bounds of what is remembered of admissions.
    ///   - clock: monotonic, in milliseconds.
    ///   - onReservationNews: told when admissions begin to be forgotten for want of room, and when they no longer are; on a
    ///     thread that answers reviews.
    package init(
        repositoryOptions: RepositoryName.Options,
        generation: Generation,
        owner: StateOwner = .process,
        reservations: ReservationLimits = ReservationLimits(),
        clock: @escaping @Sendable () -> Int64,
        onReservationNews: @escaping @Sendable (ReservationNews) -> Void = { _ in }
    ) {
        let projection = RunProjection(repositoryOptions: repositoryOptions, generation: generation)
        self.clock = clock
        self.onReservationNews = onReservationNews
        state = Mutex(
            State(
                projection: projection,
                objects: ClusterObjects(projection: projection),
                owner: owner,
                sources: ClusterSources(owner.sources),
                reservations: Reservations(limits: reservations)
            )
        )
    }

    /// How a source has to project runs.
    ///
    /// After a change, objects of another projection stay until they are replaced.
    package var projection: RunProjection {
        get { state.withLock { $0.projection } }
        set { state.withLock { $0.projection = newValue } }
    }

    /// The time by the store's clock, in milliseconds.
    package var now: Int64 { clock() }

    /// Adds to `manifests` what its broken files had when they were last read; see ``LoadedManifests/carryOver(from:files:)``.
    func carryOver(into manifests: inout LoadedManifests) {
        let (files, objects) = withState { state in (state.files, state.objects) }
        manifests.carryOver(from: objects, files: files)
    }

    /// Puts `manifests` in place of all that was read before.
    ///
    /// What this process admitted or saw deleted stays, unless `manifests` knows better. `lookedAt` is ``now`` when the
    /// reading began; without it the time of the call counts.
    package func replace(with manifests: consuming LoadedManifests, lookedAt: Int64? = nil) {
        let time = lookedAt ?? clock()
        var objects = manifests.objects
        let files = manifests.files
        // The old objects leave the lock to be freed outside of it: 100,000 runs take milliseconds.
        let old = state.withLock { state in
            state.forgetDeletions(notIn: objects, files: files)
            for key in state.deletedRuns.keys { objects.runs.remove(key) }
            swap(&state.objects, &objects)
            state.files = files
            state.reservations.reconcile(with: state.objects.runs)
            state.lookedAt = time
            return objects
        }
        _ = old
    }

    /// Says that the source is still as it was read.
    ///
    /// - Parameter lookedAt: ``now`` when the look began.
    package func confirm(lookedAt: Int64) {
        state.withLock { state in
            if state.lookedAt != nil { state.lookedAt = max(state.lookedAt ?? lookedAt, lookedAt) }
        }
    }

    /// Says why nothing could be read; what was read before stays.
    package func markUnavailable(_ reason: String) {
        state.withLock { $0.unavailableReason = reason }
    }

    package func condition(in namespace: ExactString, bindings: Bool = true) -> StateCondition {
        let now = clock()
        return state.withLock { state in
            switch state.owner {
            case .cluster:
                return StateCondition(state.sources.condition(in: namespace, bindings: bindings, now: now))
            case .process:
                guard let lookedAt = state.lookedAt else { return .unavailable(state.unavailableReason) }
                return .available(ageMilliseconds: Int(max(0, now - lookedAt)))
            }
        }
    }

    /// Runs read from the source.
    package var runCount: Int { state.withLock { $0.objects.runs.count } }
    /// Admissions that are remembered.
    package var reservationCount: Int { state.withLock { $0.reservations.runs.count } }
    /// Admissions that were forgotten for want of room; a number that only grows.
    package var droppedReservationCount: Int { state.withLock { $0.reservations.droppedCount } }

    func withState<Result: Sendable>(_ body: (inout sending State) -> sending Result) -> Result {
        state.withLock(body)
    }
}

extension ClusterStore.State {
    /// A run seen deleted is back when the file that has it is another one, and needs no remembering when none has it.
    fileprivate mutating func forgetDeletions(notIn objects: ClusterObjects, files: [ManifestFile?]) {
        guard !deletedRuns.isEmpty else { return }
        deletedRuns = deletedRuns.filter { key, file in
            guard let run = objects.runs.run(key) else { return false }
            return files[Int(run.file)] == file
        }
    }

    /// Forgets reservations that could have shown up in the source by now: what the API has not told yet, it cannot have
    /// missed.
    mutating func expireReservations(_ clock: () -> Int64) {
        guard reservations.canExpire else { return }
        switch owner {
        case .process: reservations.expire(now: clock())
        case .cluster: reservations.expire(now: sources.heardAt(.agentRun) ?? .min)
        }
    }
}

extension StateCondition {
    fileprivate init(_ condition: SourcesCondition) {
        switch (condition.problem, condition.ageMilliseconds) {
        case (nil, let age): self = .available(ageMilliseconds: age ?? 0)
        case (let problem?, nil): self = .unavailable(problem)
        case (let problem?, let age?): self = .incomplete(problem, ageMilliseconds: age)
        }
    }
}
