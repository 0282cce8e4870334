internal import AdmissionAPI
package import AgentRuns
package import ClusterState
internal import HTTPServer
internal import NIOCore
package import Policy
internal import Prometheus

/// Answers reviews: decode, judge, take the branches, encode; all of it synchronous, on the event loop of the connection.
package struct ReviewHandler: Sendable {
    /// What judges, replaced when the policy is.
    let engine: Current<PolicyEngine>
    let inFlight: ReviewsInFlight
    let metrics: AdmissionMetrics
    private let judge: ReviewJudge
    private let claims: ReviewClaims?
    private let log: ReviewLog
    private let decisions: DecisionLog?
    private let denials: RecentDenials?
    private let marks: ReviewMarks?
    private let spans: ReviewSpans?
    private let events: EventRecorder?

    /// - Parameters:
    ///   - engine: judges.
    ///   - state: what is known of the cluster, and what this process admits.
    ///   - claimer: claims branches where all replicas see it; nil where this process is on its own.
    ///   - now: the time of a review.
    ///   - inFlight: bounds how many there are at once.
    ///   - metrics: counts.
    ///   - log: gets a line for every denied or slow review.
    ///   - decisions: gets every review once it has been answered; nil where there is no such log.
    ///   - denials: gets every denied one; nil where nobody looks.
    ///   - marks: gets every allowed one; nil where no audit asks what was reviewed.
    ///   - spans: gets every one of a recorded trace; nil where none are made.
    ///   - events: tells people of those that warn or deny; nil where nothing is told.
    package init(
        engine: Current<PolicyEngine>,
        state: ClusterStore,
        claimer: (any BranchClaimer)? = nil,
        now: @escaping @Sendable () -> Timestamp,
        inFlight: ReviewsInFlight = ReviewsInFlight(),
        metrics: AdmissionMetrics,
        log: ReviewLog,
        decisions: DecisionLog? = nil,
        denials: RecentDenials? = nil,
        marks: ReviewMarks? = nil,
        spans: ReviewSpans? = nil,
        events: EventRecorder? = nil
    ) {
        self.engine = engine
        self.inFlight = inFlight
        self.metrics = metrics
        self.log = log
        self.decisions = decisions
        self.denials = denials
        self.marks = marks
        self.spans = spans
        self.events = events
        let judge = ReviewJudge(state: state, now: now)
        self.judge = judge
        claims = claimer.map { ReviewClaims(claimer: $0, judge: judge, counters: metrics.claims) }
        metrics.reviews.observe(inFlight)
    }

    // MARK: Steps

    /// Reads the body of a review; `time` is now.
    ///
    /// Judging takes microseconds, so it is done whatever is left of the time. Only a review whose time has passed is not
    /// judged: its run is refused already, and must not take a branch.
    func decode(_ review: PendingReview, at time: NIODeadline) {
        if spans != nil, review.request.traceParent.context?.isSampled ?? false { review.times = ReviewTimes() }
        guard !review.request.isExpired(at: time) else {
            review.result = .expired
            return
        }
        let began = decisions != nil || review.times != nil ? NIODeadline.now() : nil
        // The bytes are lent for the call: the review holds offsets and texts of its own.
        unsafe review.request.body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                let decoded = try unsafe DecodedReview(bytes)
                review.decoded = decoded
                review.version = decoded.review.version
            } catch {
                review.result = .unreadable(error)
            }
        }
        if let began {
            let ended = NIODeadline.now()
            review.decoding = ended - began
            review.times?.note(.decode, began, ended)
        }
    }

    /// Judges a review that was read, by `engine`.
    func judge(_ review: PendingReview, by engine: PolicyEngine) {
        guard let decoded = review.decoded else { return }
        let began = review.times.map { _ in NIODeadline.now() }
        let evidence = decisions.map { _ in
            DecisionEvidence(engine.policy, state: judge.state, decoding: review.decoding)
        }
        unsafe review.request.body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                review.result = .judged(try unsafe judge.judge(decoded, bytes, by: engine, evidence))
            } catch {
                review.result = .unreadable(error)
            }
        }
        evidence?.close()
        review.evidence = evidence
        if let began { review.times?.note(.judge, began, .now()) }
    }

    /// Whether reviews may have to wait for a claim.
    var claimsBranches: Bool { claims != nil }

    /// Claims the branches of an admitted run; the answer waits for it.
    ///
    /// Nil when there is nothing to claim.
    func claim(
        _ review: PendingReview,
        by engine: PolicyEngine,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Void>? {
        claims?.settle(review, by: engine, on: eventLoop)
    }

    /// Makes the answer.
    func answer(_ review: PendingReview) {
        let began = review.times.map { _ in NIODeadline.now() }
        switch review.result {
        case .judged(let verdict):
            guard let version = review.version else { break }
            let body = unsafe verdict.response.withEncoded(as: version) { bytes in
                var body = ByteBuffer()
                unsafe body.writeBytes(bytes)
                return body
            }
            review.response = HTTPResponse(status: 200, contentType: MediaType.json, body: body)
        case .unreadable(let error): review.response = ErrorAnswer.make(400, error.description)
        case .expired: review.response = ErrorAnswer.expired
        case nil: break
        }
        if let began { review.times?.note(.encode, began, .now()) }
    }

    /// Counts the branches that are reserved in this process and claimed nowhere.
    private func countUnshared(_ taken: BranchClaims) {
        metrics.claims[.unshared]?.increment(by: Int64(taken.exclusive.count))
    }

    /// Counts and logs what has been answered; `time` is when the answer was on its way.
    func record(_ review: PendingReview, at time: NIODeadline) {
        let duration = time - review.request.receivedAt
        guard let result = review.result else { return }
        let trace = review.request.traceParent.context
        switch result {
        case .judged(let verdict):
            metrics.reviews.judged(verdict, in: duration)
            if claims == nil, let taken = verdict.claims { countUnshared(taken) }
            log.answered(verdict, in: duration, trace)
            marks?.note(verdict)
            if !verdict.allowed { denials?.add(verdict, at: judge.now()) }
            events?.note(verdict)
        case .unreadable(let error):
            metrics.reviews.errored(in: duration)
            log.errored(error, trace)
        case .expired:
            metrics.reviews.errored(in: duration)
            log.expired(after: duration, trace)
        }
        if let trace, trace.isSampled { metrics.reviews.exemplify(trace, duration, at: judge.now()) }
        if review.request.traceParent == .malformed { metrics.reviews.malformedTraces.increment() }
        if let deadline = review.request.deadline, deadline.answerBy < time { metrics.transport.missedDeadline() }
        decisions?.record(review, result, in: duration)
        if let times = review.times { spans?.record(review, times, at: time) }
    }
}
