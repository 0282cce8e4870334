internal import AgentRuns
internal import HTTPServer
internal import NIOCore
internal import Policy

/// A review that was answered, as the decision log needs it: nothing of it is written as JSON yet.
struct Decision: Sendable {
    /// What came of the review.
    enum Outcome: Sendable {
        case judged(Verdict)
        /// Why there is no verdict.
        case errored(String)
    }

    /// How long what took.
    struct Timings: Sendable {
        /// From the head of the request to the answer.
        var total: TimeAmount
        /// Decoding and judging alone; nil when there was nothing to judge.
        var judging: TimeAmount?

        init(total: TimeAmount, judging: TimeAmount? = nil) {
            (self.total, self.judging) = (total, judging)
        }
    }

    /// Bodies over this size are not kept until they are written, so that a few of them do not take all the room: an API
    /// server takes objects of 3 MiB, and an update has two.
    static let maximumBodyBytes = 6 << 20

    /// The AdmissionReview; nil when it was too large to be kept.
    let body: ByteBuffer?
    let outcome: Outcome
    /// What the verdict rests on; nil of a review that has none.
    let evidence: DecisionEvidence?
    /// When it was judged.
    let time: Timestamp
    let timings: Timings
    /// Nil without one.
    let trace: TraceContext?

    init(
        body: ByteBuffer,
        outcome: Outcome,
        evidence: DecisionEvidence?,
        time: Timestamp,
        timings: Timings,
        trace: TraceContext? = nil
    ) {
        self.body = body.readableBytes <= Self.maximumBodyBytes ? body : nil
        (self.outcome, self.evidence, self.time, self.timings) = (outcome, evidence, time, timings)
        self.trace = trace
    }

    /// What it holds in memory, in bytes: the body, and as much as verdicts and look-ups take, roughly.
    var weight: Int {
        guard case .judged(let verdict) = outcome else { return (body?.readableBytes ?? 0) + 4096 }
        return (body?.readableBytes ?? 0) + 4096 + verdict.findings.count * Self.bytesOfFinding
    }

    /// Message, remedy, field and values of a finding, roughly.
    private static let bytesOfFinding = 1024
}
