package import AgentRuns
internal import JSONPull
package import Policy

extension BranchClaims {
    /// Branches that are to be claimed, as the policy does not let the run share them: of more than one run may take the first.
    package var claimable: ArraySlice<BranchKey> {
        scope == .shared ? [] : branches.filter { !shared.contains($0) }.prefix(BranchKey.maximumOfRun)
    }

    /// Those that are new, and the run's alone by the policy.
    package var exclusive: [BranchKey] {
        guard scope != .shared else { return [] }
        return taken.filter { !shared.contains($0) }
    }

    /// How many branches are too many to be claimed, too.
    package var unclaimableCount: Int {
        scope == .shared ? 0 : max(0, branches.count - shared.count - BranchKey.maximumOfRun)
    }

    /// What is to be claimed for the run.
    ///
    /// - Parameters:
    ///   - written: the branches that the run's own text shows.
    ///   - settled: branches of which it is known already whether the run has them.
    /// - Returns: nil when there is nothing to claim.
    package func request(written: [BranchKey], settled: Set<BranchKey> = []) -> RunAcquisition.Request? {
        let scope: BranchClaimScope
        switch self.scope {
        case .cluster: scope = .cluster
        case .namespace: scope = .namespace
        case .shared: return nil
        }
        let settled = settled.union(kept)
        let wanted = claimable.filter { !settled.contains($0) }
        guard !wanted.isEmpty else { return nil }
        let written = Set(written)
        return RunAcquisition.Request(
            holder: ClaimHolder(run: ObjectKey(namespace: namespace, name: name), uid: uid),
            branches: wanted.map { (scope.key($0, in: namespace), isDerived: !written.contains($0)) },
            isUpdate: isUpdate
        )
    }
}

extension TakenBranch {
    /// What a conflict of claims tells a person.
    package init(_ conflict: ClaimConflict) {
        var run: (phase: ExactString, createdAt: Timestamp?)?
        var job: ExactString?
        switch conflict.standing {
        case .active(let phase, let createdAt): run = (phase, createdAt)
        case .lingering(let name, let phase, let createdAt): (job, run) = (name, phase.map { ($0, createdAt) })
        case .pending: break
        }
        self.init(
            branch: conflict.key.branch,
            namespace: conflict.holder.run.namespace,
            name: conflict.holder.run.name,
            run: run,
            job: job,
            claimedAt: Timestamp(seconds: conflict.acquiredAt.milliseconds / 1000),
            waitSeconds: conflict.waitSeconds
        )
    }
}

extension ClusterStore {
    /// Forgets the reservation of a run that was not admitted after all; of an UPDATE only what it would have added.
    package func withdraw(_ claims: BranchClaims) {
        let key = ObjectKey(namespace: claims.namespace, name: claims.name)
        withState { state in
            guard let run = state.reservations.runs.run(key), run.mayBe(uid: RunRecord.digest(uid: claims.uid)) else {
                return
            }
            if claims.isUpdate {
                state.reservations.remove(claims.taken, of: key)
            } else {
                state.reservations.remove(key)
            }
        }
    }
}
