internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import Policy
internal import Replay

/// Judges reviews and writes into the cluster state what the verdicts change there.
struct ReviewJudge: Sendable {
    /// How often one review is judged.
    ///
    /// Who loses a branch is judged again and finds its holder, so two are enough unless the holder went away in the
    /// microseconds between, each time anew.
    private static let maximumJudgements = 32

    let state: ClusterStore
    let now: @Sendable () -> Timestamp

    /// Judges the review that was read from `body`, until the branches of an admitted run are taken, or the verdict is that
    /// they cannot be.
    func judge(
        _ decoded: DecodedReview,
        _ body: UnsafeRawBufferPointer,
        by engine: PolicyEngine,
        _ evidence: DecisionEvidence?
    ) throws(AdmissionReviewError) -> Verdict {
        let verdict = try unsafe settledVerdict(on: decoded, body, by: engine, evidence)
        if verdict.allowed, let run = unsafe DeletedRun(decoded.review.request, body: body) {
            state.observeDeletion(namespace: run.namespace, name: run.name, uid: run.uid)
        }
        return verdict
    }

    private func settledVerdict(
        on decoded: DecodedReview,
        _ body: UnsafeRawBufferPointer,
        by engine: PolicyEngine,
        _ evidence: DecisionEvidence?
    ) throws(AdmissionReviewError) -> Verdict {
        let time = now()
        evidence?.time = time
        var verdict = try unsafe engine.judge(decoded, body: body, state: evidence?.begin() ?? state, now: time)
        for _ in 1..<Self.maximumJudgements {
            guard let claims = verdict.claims else { return verdict }
            if state.reserve(claims, scope: claims.scope.reservationScope) { return verdict }
            verdict = try unsafe engine.judge(decoded, body: body, state: evidence?.begin() ?? state, now: time)
        }
        evidence?.settlement = .contended
        return engine.contended(verdict)
    }
}

extension BranchScope {
    fileprivate var reservationScope: ReservationScope {
        switch self {
        case .cluster: .cluster
        case .namespace: .namespace
        case .shared: .none
        }
    }
}
