internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import NIOCore
internal import Policy
internal import Prometheus
internal import Replay

/// Claims the branches of admitted runs, after the judgement and before the answer.
///
/// Only a review that takes a branch waits for the API; every other one is answered in its turn. A
/// class because it goes with every copy of its handler.
final class ReviewClaims: Sendable {
    /// For a review that names no time-out: the 10 s an API server waits by default, less 2 for the way.
    private static let timeToClaim = TimeAmount.seconds(8)

    let claimer: any BranchClaimer
    let judge: ReviewJudge
    private let counters: CounterMetrics<ClaimCount>

    init(claimer: any BranchClaimer, judge: ReviewJudge, counters: CounterMetrics<ClaimCount>) {
        (self.claimer, self.judge, self.counters) = (claimer, judge, counters)
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
        let wanted = claims.request(written: written)
        guard wanted != nil || claims.unclaimableCount > 0 else { return nil }
        let errand = Errand(review, engine, verdict, claims, written: written)
        if let wanted {
            // Hundreds may wait here for seconds. Only who loses a branch is judged again, and read again for that.
            review.decoded = nil
            return claim(wanted, for: errand, on: eventLoop)
        }
        leaveUnclaimed(.surplus(claims.unclaimableCount), errand)
        review.result = .judged(errand.verdict)
        return nil
    }

    /// The claims of one review on their way.
    private final class Errand {
        let review: PendingReview
        let engine: PolicyEngine
        let written: [BranchKey]
        let deadline: NIODeadline
        /// What counts so far.
        var verdict: Verdict
        var claims: BranchClaims
        /// Branches of which it is known whose they are.
        var settled: Set<BranchKey> = []
        /// Those that are another run's.
        var taken: [TakenBranch] = []
        /// The last result, with all claims that were made.
        var made: RunAcquisition.Result?

        init(
            _ review: PendingReview,
            _ engine: PolicyEngine,
            _ verdict: Verdict,
            _ claims: BranchClaims,
            written: [BranchKey]
        ) {
            (self.review, self.engine, self.written) = (review, engine, written)
            (self.verdict, self.claims) = (verdict, claims)
            deadline = review.request.deadline?.answerBy ?? review.request.receivedAt + ReviewClaims.timeToClaim
        }
    }

    /// Claims until every branch is the run's, or one that the policy lets it share, or the run is not admitted.
    private func claim(
        _ wanted: RunAcquisition.Request,
        for errand: Errand,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Void> {
        claimer.claim(wanted, deadline: errand.deadline).hop(to: eventLoop).assumeIsolated().flatMap { [self] result in
            let earlier = errand.made?.taken ?? []
            errand.made = result
            errand.made?.taken += earlier
            errand.settled.formUnion(result.taken.map(\.key.branch))
            if let next = settle(errand, after: result.decision) { return claim(next, for: errand, on: eventLoop) }
            errand.review.result = .judged(errand.verdict)
            if !errand.verdict.allowed {
                errand.made.map { claimer.release($0) }
                judge.state.withdraw(errand.claims)
            }
            return eventLoop.makeSucceededVoidFuture()
        }.nonisolated()
    }

    /// Judges what claiming came to; what is still to be claimed, nil when all is done.
    private func settle(
        _ errand: Errand,
        after decision: RunAcquisition.Result.Decision
    ) -> RunAcquisition.Request? {
        switch decision {
        case .held:
            let surplus = errand.claims.unclaimableCount
            if surplus > 0 { leaveUnclaimed(.surplus(surplus), errand) }
        case .unavailable(let failure): leaveUnclaimed(.failed(failure.message), errand)
        case .conflict(let conflict):
            errand.taken.append(TakenBranch(conflict))
            errand.settled.insert(conflict.key.branch)
            do throws(AdmissionReviewError) {
                // The rule finds the holders now, so that exemptions and overrides count as ever.
                errand.verdict = try judge.judge(
                    errand.review.request.body,
                    by: errand.engine,
                    errand.review.evidence,
                    claimed: errand.taken
                )
            } catch {
                // It was judged before, from the same bytes.
                leaveUnclaimed(.failed(error.description), errand)
                return nil
            }
            guard errand.verdict.allowed, let claims = errand.verdict.claims else { return nil }
            errand.claims = claims
            // A conflict is about one branch: the others are the run's alone.
            return claims.request(written: errand.written, settled: errand.settled)
                ?? settle(errand, after: .held)
        }
        return nil
    }

    private func leaveUnclaimed(_ branches: UnclaimedBranches, _ errand: Errand) {
        // Who claims counts what was asked for.
        if case .surplus(let count) = branches { counters[.untried]?.increment(by: Int64(count)) }
        let evidence = errand.review.evidence
        evidence?.settlement = evidence?.settlement ?? RecordedSettlement()
        evidence?.settlement?.unclaimed = branches
        errand.verdict = errand.engine.unclaimed(errand.verdict, branches)
    }
}

extension ReviewJudge {
    /// Reads and judges once more, now that branches are known to be other runs'; nothing is reserved.
    fileprivate func judge(
        _ body: ByteBuffer,
        by engine: PolicyEngine,
        _ evidence: DecisionEvidence?,
        claimed: [TakenBranch]
    ) throws(AdmissionReviewError) -> Verdict {
        let time = now()
        evidence?.settlement = .taken(claimed)
        evidence?.time = time
        let state: any ClusterLookup = evidence?.begin() ?? self.state
        let result = unsafe body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                let decoded = try unsafe DecodedReview(bytes)
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
