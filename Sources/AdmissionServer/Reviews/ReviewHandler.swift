internal import AdmissionAPI
package import AgentRuns
package import ClusterState
internal import HTTPServer
internal import NIOCore
package import Policy

/// Answers reviews: decode, judge, take the branches, encode; all of it synchronous, on the event loop of the connection.
package struct ReviewHandler: Sendable {
    /// What came of a review.
    enum Result: Sendable {
        case judged(Verdict)
        case errored(AdmissionReviewError)
        /// Nobody waits for its answer any more.
        case expired
    }

    /// A review's answer, and what it is made of.
    struct Answer: Sendable {
        let result: Result
        let response: HTTPResponse
        /// Nil unless there is a decision log.
        var evidence: DecisionEvidence?
        /// The answer that counts, once the run's branches are claimed; nil when there are none to claim.
        var later: EventLoopFuture<Answer>?
    }

    /// What judges, replaced when the policy is.
    let engine: Current<PolicyEngine>
    let inFlight: ReviewsInFlight
    let metrics: AdmissionMetrics
    private let judge: ReviewJudge
    private let claims: ReviewClaims?
    private let log: ReviewLog
    private let decisions: DecisionLog?

    /// - Parameters:
    ///   - engine: judges.
    ///   - state: what is known of the cluster, and what this process admits.
    ///   - claimer: claims branches where all replicas see it; nil where this process is on its own.
    ///   - now: the time of a review.
    ///   - inFlight: bounds how many there are at once.
    ///   - metrics: counts.
    ///   - log: gets a line for every denied or slow review.
    ///   - decisions: gets every review once it has been answered; nil where there is no such log.
    package init(
        engine: Current<PolicyEngine>,
        state: ClusterStore,
        claimer: (any BranchClaimer)? = nil,
        now: @escaping @Sendable () -> Timestamp,
        inFlight: ReviewsInFlight = ReviewsInFlight(),
        metrics: AdmissionMetrics,
        log: ReviewLog,
        decisions: DecisionLog? = nil
    ) {
        self.engine = engine
        self.inFlight = inFlight
        self.metrics = metrics
        self.log = log
        self.decisions = decisions
        let judge = ReviewJudge(state: state, now: now, keepsEvidence: decisions != nil)
        self.judge = judge
        claims = claimer.map { ReviewClaims(claimer: $0, judge: judge) }
        metrics.reviews.observe(inFlight)
    }

    /// The answer to a review, judged by `engine`.
    ///
    /// Judging takes microseconds, so it is done whatever is left of the time. Only a review whose time has passed is not
    /// judged: its run is refused already, and must not take a branch. `time` is now.
    func answer(_ request: ReviewRequest, by engine: PolicyEngine, at time: NIODeadline) -> Answer {
        guard !request.isExpired(at: time) else {
            return Answer(result: .expired, response: ErrorAnswer.expired)
        }
        // The bytes are lent for the call: the review holds offsets and texts of its own.
        return unsafe request.body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                return Self.answer(try unsafe judge.judge(bytes, by: engine))
            } catch {
                let response = ErrorAnswer.make(400, error.description)
                return Answer(result: .errored(error), response: response)
            }
        }
    }

    /// Whether reviews may have to wait for a claim.
    var claimsBranches: Bool { claims != nil }

    /// The answer that is good once the branches of an admitted run are claimed; nil when there is nothing to claim.
    func claim(
        _ answer: borrowing Answer,
        of request: borrowing ReviewRequest,
        by engine: PolicyEngine,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Answer>? {
        guard let claims, case .judged(let verdict) = answer.result, verdict.claims != nil else { return nil }
        let (response, evidence) = (answer.response, answer.evidence)
        return claims.settle(verdict, evidence, request, by: engine, on: eventLoop)?.map { outcome in
            // Claimed: the answer stands as it is.
            guard let outcome else {
                return Answer(result: .judged(verdict), response: response, evidence: evidence)
            }
            return Self.answer(outcome)
        }
    }

    private static func answer(_ outcome: ReviewJudge.Outcome) -> Answer {
        let body = ByteBuffer(bytes: outcome.verdict.response.encoded(as: outcome.version))
        let response = HTTPResponse(status: 200, contentType: MediaType.json, body: body)
        return Answer(result: .judged(outcome.verdict), response: response, evidence: outcome.evidence)
    }

    /// Counts and logs what has been answered; `time` is when the answer was on its way.
    func record(_ answer: borrowing Answer, of request: borrowing ReviewRequest, at time: NIODeadline) {
        let duration = time - request.receivedAt
        switch answer.result {
        case .judged(let verdict):
            metrics.reviews.judged(verdict, in: duration)
            log.answered(verdict, in: duration)
        case .errored(let error):
            metrics.reviews.errored(in: duration)
            log.errored(error)
        case .expired:
            metrics.reviews.errored(in: duration)
            log.expired(after: duration)
        }
        if let deadline = request.deadline, deadline.answerBy < time { metrics.transport.missedDeadline() }
        decisions?.record(answer, of: request, in: duration)
    }
}
