internal import AdmissionAPI
internal import HTTPServer
internal import NIOCore
internal import Policy

/// A review between its request and its answer: each step adds what it finds.
// Unchecked: it stays on the event loop it is judged on.
final class PendingReview: @unchecked Sendable {
    /// What came of it.
    enum Result: Sendable {
        case judged(Verdict)
        /// The body is no review; out of line, as copies of the others are then one retain.
        indirect case unreadable(AdmissionReviewError)
        /// Nobody waits for the answer any more.
        case expired
    }

    let request: ReviewRequest
    private let answer: HTTPAnswerReceiver
    /// Nil until the body was read, and again once it was judged for the last time: it may take several times as much as the
    /// body.
    var decoded: DecodedReview?
    /// The version of the answer; nil until the body was read.
    var version: AdmissionReview.Version?
    /// How long reading it took; zero unless there is a decision log.
    var decoding = TimeAmount.zero
    /// Nil until it is known; a verdict may be followed by another while branches are claimed.
    var result: Result?
    /// Nil unless there is a decision log.
    var evidence: DecisionEvidence?
    /// Nil unless the caller records the trace that the review is part of, and spans are made of it.
    var times: ReviewTimes?
    /// Nil until there is an answer.
    var response: HTTPResponse?

    init(_ request: ReviewRequest, answer: @escaping HTTPAnswerReceiver) {
        self.request = request
        self.answer = answer
    }

    /// Sends the answer, which has to be there, and lets go of what was read.
    func succeed() {
        guard let response else { preconditionFailure("a review has no answer") }
        answer(response)
        decoded = nil
    }

    /// Says that there is no answer and will be none.
    func fail() {
        answer(nil)
    }
}
