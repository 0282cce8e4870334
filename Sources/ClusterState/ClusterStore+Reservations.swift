internal import AgentRuns
package import JSONPull
package import Policy

/// Whose branches a reservation must not take.
package enum ReservationScope: Sendable {
    /// Anyone's.
    case cluster
    /// Those of runs in the same namespace.
    case namespace
    /// No one's.
    case none
}

extension ClusterStore {
    /// Remembers what an admitted CREATE or UPDATE takes, unless another run has taken one of the branches or the key
    /// meanwhile: of any number of callers with one branch or key, exactly one gets true.
    ///
    /// What a run had before an UPDATE it keeps, whoever else has it: that is no news.
    ///
    /// After false the caller judges again and finds the conflict. If that admits the run all the same (an exemption, an
    /// action other than Deny), the branch is one of `BranchClaims.shared`, and no more in the way. An earlier reservation of
    /// a run of the same name is replaced. Without a name nothing is remembered, as nothing would end it.
    package func reserve(_ claims: BranchClaims, scope: ReservationScope) -> Bool {
        let key = ObjectKey(namespace: claims.namespace, name: claims.name)
        let (isReserved, news) = withState { state -> (Bool, ReservationNews?) in
            state.expireReservations(clock)
            if scope != .none {
                let namespace = scope == .namespace ? claims.namespace : nil
                for branch in claims.taken
                where !claims.shared.contains(branch) && state.isHeld(branch, byOtherThan: key, scope: namespace) {
                    return (false, nil)
                }
            }
            if claims.isKeyExclusive, let taken = claims.idempotencyKey,
                state.holders(of: taken, otherThan: key)?.isInUse == true
            {
                return (false, nil)
            }
            guard !claims.name.isEmpty else { return (true, nil) }
            if state.owner.believesReviews, !claims.isUpdate { state.setAsideEarlierRun(key, uid: claims.uid) }
            return (true, state.reservations.insert(claims, source: state.objects.runs, now: clock()))
        }
        if let news { onReservationNews(news) }
        return isReserved
    }

    /// Forgets a run that a DELETE was seen of, also if a manifest still has it, until that file changes.
    ///
    /// Without effect if what is known is another object of the name, by its `uid`; that is empty when unknown. Without
    /// effect, too, where the API is watched: what a review of a DELETE says may still come to nothing, and the watch
    /// tells of a deletion when it is one.
    package func observeDeletion(namespace: ExactString, name: ExactString, uid: ExactString) {
        let key = ObjectKey(namespace: namespace, name: name)
        let digest = RunRecord.digest(uid: uid)
        withState { state in
            guard state.owner.believesReviews else { return }
            if let reserved = state.reservations.runs.run(key), reserved.mayBe(uid: digest) {
                state.reservations.remove(key)
            }
            if let run = state.objects.runs.run(key), run.mayBe(uid: digest) { state.remove(run) }
        }
    }
}

extension ClusterStore.State {
    /// A CREATE tells that no run of the name exists: one in the manifests that has finished or started is an earlier
    /// one, and tells nothing of the new.
    ///
    /// Not so where the API is watched, which finds a name taken only after it has asked the webhook.
    fileprivate mutating func setAsideEarlierRun(_ key: ObjectKey, uid: ExactString) {
        guard let run = objects.runs.run(key) else { return }
        let uid = RunRecord.digest(uid: uid)
        let isSameObject = uid != 0 && run.uid == uid
        let hasLived = !run.facts.contains(.active) || run.facts.contains(.begun)
        if hasLived, !isSameObject { remove(run) }
    }

    fileprivate mutating func remove(_ run: RunRecord) {
        objects.runs.remove(run.key)
        deletedRuns[run.key] = files[Int(run.file)]
    }
}
