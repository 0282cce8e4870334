package import AgentRuns
internal import JSONPull

/// The runs a replica knows from its list and watch, perhaps a little late.
package protocol KnownRuns {
    /// The very object of that name and uid; nil if it is not known, or another one has the name.
    func run(of holder: ClaimHolder) -> HolderRun?
    /// Runs that need claims and show this branch as theirs.
    func claimants(of branch: BranchKey) -> [HolderRun]
    /// Calls `body` for every run that needs claims and shows a branch.
    func forEachHolder(_ body: (HolderRun) -> Void)
}

extension ClusterStore: KnownRuns {
    package func run(of holder: ClaimHolder) -> HolderRun? {
        withState { state in
            let runs = state.objects.runs
            guard let run = runs.run(holder.run), run.mayBe(uid: RunRecord.digest(uid: holder.uid)) else { return nil }
            return HolderRun(run, uid: holder.uid, branches: runs.branches(of: run.key))
        }
    }

    package func claimants(of branch: BranchKey) -> [HolderRun] {
        withState { state in
            var found: [HolderRun] = []
            let runs = state.objects.runs
            runs.forEachClaimant(of: branch) { run in
                found.append(HolderRun(run, uid: "", branches: runs.branches(of: run.key)))
                return true
            }
            return found
        }
    }

    package func forEachHolder(_ body: (HolderRun) -> Void) {
        // Copied, so that the lock is not held while runs are looked at.
        let runs = withState { state in state.objects.runs }
        runs.forEachRun { run in
            guard run.facts.standing.needsClaims else { return }
            let branches = runs.branches(of: run.key)
            if !branches.isEmpty { body(HolderRun(run, uid: "", branches: branches)) }
        }
    }
}

extension HolderRun {
    /// A run of the index, which keeps no uid but a digest of it.
    fileprivate init(_ run: RunRecord, uid: ExactString, branches: [BranchKey]) {
        self.init(
            key: run.key,
            uid: uid,
            phase: run.phase,
            createdAt: run.createdAt,
            standing: run.facts.standing,
            branches: branches
        )
    }
}
