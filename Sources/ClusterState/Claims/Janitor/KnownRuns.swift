package import AgentRuns
package import JSONPull

/// The runs a replica knows from its list and watch, perhaps a little late.
package protocol KnownRuns {
    /// The very object of that name and uid; nil if it is not known, or another one has the name.
    func run(of holder: ClaimHolder) -> HolderRun?
    /// Runs that need claims, be it for a Job that goes on, and show this branch as theirs.
    func claimants(of branch: BranchKey) -> [HolderRun]
    /// Calls `body` for every run that needs claims and shows a branch.
    func forEachHolder(_ body: (HolderRun) -> Void)
    /// Of the Jobs of the run of that name that are active the first by name.
    func activeJob(of run: ObjectKey) -> ExactString?
}

extension ClusterStore: KnownRuns {
    package func run(of holder: ClaimHolder) -> HolderRun? {
        withState { state in
            guard let run = state.objects.runs.run(holder.run), run.mayBe(uid: RunRecord.digest(uid: holder.uid)) else {
                return nil
            }
            return HolderRun(run, uid: holder.uid, state.objects)
        }
    }

    package func claimants(of branch: BranchKey) -> [HolderRun] {
        withState { state in
            var found: [HolderRun] = []
            state.objects.runs.forEachClaimant(of: branch) { run in
                found.append(HolderRun(run, uid: "", state.objects))
                return true
            }
            return found
        }
    }

    package func forEachHolder(_ body: (HolderRun) -> Void) {
        // Copied, so that the lock is not held while runs are looked at.
        let objects = withState { state in state.objects }
        objects.runs.forEachClaimant { run in body(HolderRun(run, uid: "", objects)) }
    }

    package func activeJob(of run: ObjectKey) -> ExactString? {
        withState { state in state.objects.jobs.first(of: run) }
    }
}

extension ClusterStore {
    /// Whether objects of that kind in `namespace` can be asked for: they are watched, and nothing says that they are not
    /// to be had.
    package func canAsk(_ kind: ClusterKind, in namespace: ExactString) -> Bool {
        sourceConditions.contains { source, condition in
            if case .unknown = condition { return false }
            return source.kind == kind && source.covers(namespace)
        }
    }
}

extension HolderRun {
    /// A run of the index, which keeps no uid but a digest of it.
    fileprivate init(_ run: RunRecord, uid: ExactString, _ objects: ClusterObjects) {
        self.init(
            key: run.key,
            uid: uid,
            phase: run.phase,
            createdAt: run.createdAt,
            standing: run.facts.standing,
            branches: objects.runs.branches(of: run.key),
            job: run.facts.standing.needsClaims ? nil : objects.jobs.first(of: run.key)
        )
    }
}
