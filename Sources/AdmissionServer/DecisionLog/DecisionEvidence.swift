internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import HTTPServer
internal import NIOCore
internal import Policy
internal import Replay

/// What a verdict rests on, kept while a review is judged for the decision log.
// Unchecked: used by one review on its event loop, and not changed once that is answered.
final class DecisionEvidence: @unchecked Sendable {
    let policy: AdmissionPolicy
    /// What the last judgement asked the cluster state.
    private(set) var state: RecordedState?
    /// The time the review was judged at.
    var time = Timestamp(seconds: 0)
    /// What became of the run's branches afterwards.
    var settlement: RecordedSettlement?
    /// Decoding and judging.
    private(set) var judging: TimeAmount
    private let source: ClusterStore
    private let began = NIODeadline.now()

    /// - Parameters:
    ///   - policy: judges.
    ///   - state: what is asked.
    ///   - decoding: how long it took to read the body.
    init(_ policy: AdmissionPolicy, state: ClusterStore, decoding: TimeAmount) {
        self.policy = policy
        source = state
        judging = decoding
    }

    /// The state for one more judgement; what was asked before it is forgotten.
    func begin() -> RecordedState {
        let state = RecordedState(source)
        self.state = state
        return state
    }

    /// The review has been judged.
    func close() {
        judging = judging + (.now() - began)
    }
}

extension DecisionLog {
    /// Takes a review that has been answered; of one that came too late nobody has got an answer.
    func record(_ review: PendingReview, _ result: PendingReview.Result, in total: TimeAmount) {
        let outcome: Decision.Outcome
        switch result {
        case .judged(let verdict): outcome = .judged(verdict)
        case .unreadable(let error): outcome = .errored(ReviewLog.line(error.description))
        case .expired: outcome = .errored("it was complete only when its time-out had passed")
        }
        record(
            Decision(
                body: review.request.body,
                outcome: outcome,
                evidence: review.evidence,
                time: review.evidence?.time ?? now(),
                timings: Decision.Timings(total: total, judging: review.evidence?.judging),
                trace: review.request.traceParent.context
            )
        )
    }
}
