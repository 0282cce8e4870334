internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import NIOCore
internal import Policy

/// Claims the branches of admitted runs, after the judgement and before the answer.
///
/// Only a review that takes a branch waits for the API; every other one is answered in its turn. A
/// class because it goes with every copy of its handler.
final class ReviewClaims: Sendable {
    /// For a review that names no time-out: the 10 s an API server waits by default, less 2 for the way.
    private static let timeToClaim = TimeAmount.seconds(8)

    let claimer: any BranchClaimer
    let judge: ReviewJudge

    init(claimer: any BranchClaimer, judge: ReviewJudge) {
        self.claimer = claimer
        self.judge = judge
    }

    /// Claims the branches of an admitted run and judges it anew where they are another run's.
    ///
    /// Once the future is there, the verdict is the one that counts. Nil when there is nothing to claim.
    func settle(
        _ review: PendingReview,
        by engine: PolicyEngine,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Void>? {
        guard case .judged(let verdict) = review.result, let claims = verdict.claims, let decoded = review.decoded
        else {
            return nil
        }
        let policy = engine.policy
        // Of a new object the API server drops the status.
        let stored = claims.isUpdate ? decoded.object : decoded.object?.with(status: .absent)
        let written =
            stored?.heldBranches(options: policy.repositoryOptions, generation: policy.generation) ?? []
        guard let wanted = claims.request(written: written) else { return nil }
        let request = review.request
        let deadline = request.deadline?.answerBy ?? request.receivedAt + Self.timeToClaim
        return claimer.claim(wanted, deadline: deadline).hop(to: eventLoop).map { [self] result in
            if case .held = result.decision { return }
            let settled = judged(verdict, review.evidence, decoded, request.body, by: engine, after: result)
            review.result = .judged(settled)
            if !settled.allowed {
                claimer.release(result)
                if !claims.isUpdate { judge.state.withdraw(claims) }
            }
        }
    }

    private func judged(
        _ verdict: Verdict,
        _ evidence: DecisionEvidence?,
        _ decoded: DecodedReview,
        _ body: ByteBuffer,
        by engine: PolicyEngine,
        after result: RunAcquisition.Result
    ) -> Verdict {
        switch result.decision {
        case .held: return verdict
        case .unavailable(let failure):
            evidence?.settlement = .unclaimed(failure.message)
            return engine.unclaimed(verdict, because: failure.message)
        case .conflict(let conflict):
            do throws(AdmissionReviewError) {
                // The rule finds the holder now, so that exemptions and overrides count as ever.
                return try judge.judge(decoded, body, by: engine, evidence, claimed: TakenBranch(conflict))
            } catch {
                // It was judged before, from the same bytes.
                evidence?.settlement = .unclaimed(error.description)
                return engine.unclaimed(verdict, because: error.description)
            }
        }
    }
}

extension ReviewJudge {
    /// Judges once more, now that a branch is known to be another run's; nothing is reserved.
    fileprivate func judge(
        _ decoded: DecodedReview,
        _ body: ByteBuffer,
        by engine: PolicyEngine,
        _ evidence: DecisionEvidence?,
        claimed: TakenBranch
    ) throws(AdmissionReviewError) -> Verdict {
        let time = now()
        evidence?.settlement = .taken(claimed)
        evidence?.time = time
        let state: any ClusterLookup = evidence?.begin() ?? self.state
        let result = unsafe body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                return Result<Verdict, AdmissionReviewError>.success(
                    try unsafe engine.judge(decoded, body: bytes, state: state, now: time, claimed: claimed)
                )
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
