package import AgentRuns
internal import JSONPull
package import Policy

extension BranchClaims {
    /// What is to be claimed for the run; nil when the policy lets it share its branches, or it takes none.
    ///
    /// `written` are the branches that the run's own text shows.
    package func request(written: [BranchKey]) -> RunAcquisition.Request? {
        let scope: BranchClaimScope
        switch self.scope {
        case .cluster: scope = .cluster
        case .namespace: scope = .namespace
        case .shared: return nil
        }
        let wanted = branches.filter { !kept.contains($0) }
        guard !wanted.isEmpty else { return nil }
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
        if case .active(let phase, let createdAt) = conflict.standing { run = (phase, createdAt) }
        self.init(
            branch: conflict.key.branch,
            namespace: conflict.holder.run.namespace,
            name: conflict.holder.run.name,
            run: run,
            claimedAt: Timestamp(seconds: conflict.acquiredAt.milliseconds / 1000),
            waitSeconds: conflict.waitSeconds
        )
    }
}

extension ClusterStore {
    /// Forgets the reservation of a run that was not admitted after all.
    package func withdraw(_ claims: BranchClaims) {
        let key = ObjectKey(namespace: claims.namespace, name: claims.name)
        withState { state in
            guard let run = state.reservations.runs.run(key), run.mayBe(uid: RunRecord.digest(uid: claims.uid)) else {
                return
            }
            state.reservations.remove(key)
        }
    }
}
