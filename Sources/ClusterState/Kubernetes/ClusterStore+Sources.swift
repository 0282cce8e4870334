internal import AgentRuns

/// How a source writes; all sources of a store write from one thread, one after the other.
extension ClusterStore {
    /// Begins a list of `source`.
    package func stage(_ source: ClusterSource) -> StagedObjects {
        StagedObjects(source: source, projection: projection)
    }

    /// Puts what was listed in place of all the source had; readers see the one or the other.
    ///
    /// - Parameters:
    ///   - staged: the whole list.
    ///   - heardAt: ``now`` when the list was asked for: the API server tells what was so then or later.
    package func replace(with staged: consuming StagedObjects, heardAt: Int64) {
        let source = staged.source
        staged.complete()
        var objects = staged.objects
        if source.namespace != nil { merge(source, into: &objects) }
        // The old objects leave the lock to be freed outside of it: 100,000 runs take milliseconds.
        let old = withState { [objects] state in
            var objects = objects
            state.objects.takeOver(source.kind, in: nil, from: &objects)
            if source.kind == .agentRun || source.kind == .job {
                state.reservations.reconcile(with: state.objects.runs)
            }
            state.sources[source] = .synced(heardAt: heardAt, problem: nil)
            return objects
        }
        _ = old
    }

    /// Adds what the other sources of the kind have.
    ///
    /// The copy is made outside of the lock. Nothing changes the objects meanwhile: sources write from one thread, and
    /// reviews write reservations only.
    private func merge(_ source: ClusterSource, into objects: inout ClusterObjects) {
        var all = withState { state in state.objects }
        all.takeOver(source.kind, in: source.namespace, from: &objects)
        swap(&all, &objects)
    }

    /// Applies what a watch told of, in order, and notes when it was heard.
    package func apply(_ changes: [ClusterChange], of source: ClusterSource, heardAt: Int64) {
        withState { state in
            for change in changes { state.apply(change, source.kind) }
            state.sources[source] = .synced(heardAt: heardAt, problem: nil)
        }
    }

    /// Says how a source is doing that brought nothing.
    package func setCondition(_ condition: SourceCondition, of source: ClusterSource) {
        withState { state in
            state.sources[source] = condition
            // Nothing would tell when such a Job ends.
            if source.kind == .job, case .unknown = condition {
                state.objects.removeJobs(in: source.namespace)
                state.reservations.reconcile(with: state.objects.runs)
            }
        }
    }

    /// How a source is doing; nil for one the store does not have.
    package func condition(of source: ClusterSource) -> SourceCondition? {
        withState { state in state.sources[source] }
    }

    /// How each source is doing, in the order they were given.
    package var sourceConditions: [(source: ClusterSource, condition: SourceCondition)] {
        withState { state in state.sources.entries.map { ($0.source, $0.condition) } }
    }

    /// Objects of that kind.
    package func count(of kind: ClusterKind) -> Int {
        withState { state in state.objects.count(of: kind) }
    }
}

extension ClusterStore.State {
    fileprivate mutating func apply(_ change: ClusterChange, _ kind: ClusterKind) {
        let before = kind == .job ? objects.jobs.run(of: change.key) : nil
        switch change.content {
        case .run(let run): objects.put(run)
        case .other(let object): object.put(into: &objects, at: change.key, file: 0)
        case .nothing: kind.object.remove(change.key, from: &objects)
        }
        if kind == .agentRun { reservations.reconcile(change.key, with: objects.runs) }
        guard kind == .job else { return }
        for run in [before, objects.jobs.run(of: change.key)].compactMap({ $0 }) {
            reservations.reconcile(run, with: objects.runs)
        }
    }
}
