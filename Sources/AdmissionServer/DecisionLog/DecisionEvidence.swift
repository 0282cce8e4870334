internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import NIOCore
internal import Policy

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
    private(set) var judging = TimeAmount.zero
    private let source: ClusterStore
    private let began = NIODeadline.now()

    init(_ policy: AdmissionPolicy, state: ClusterStore) {
        self.policy = policy
        source = state
    }

    /// The state for one more judgement; what was asked before it is forgotten.
    func begin() -> RecordedState {
        let state = RecordedState(source)
        self.state = state
        return state
    }

    /// The review has been judged.
    func close() {
        judging = NIODeadline.now() - began
    }
}

extension DecisionLog {
    /// Takes a review that has been answered; of one that came too late nobody has got an answer.
    func record(_ answer: borrowing ReviewHandler.Answer, of request: borrowing ReviewRequest, in total: TimeAmount) {
        let outcome: Decision.Outcome
        switch answer.result {
        case .judged(let verdict): outcome = .judged(verdict)
        case .errored(let error): outcome = .errored(ReviewLog.line(error.description))
        case .expired: outcome = .errored("it was complete only when its time-out had passed")
        }
        let timings = Decision.Timings(total: total, judging: answer.evidence?.judging)
        record(
            Decision(
                body: request.body,
                outcome: outcome,
                evidence: answer.evidence,
                time: answer.evidence?.time ?? now(),
                timings: timings
            )
        )
    }
}
