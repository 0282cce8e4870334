internal import AdmissionAPI
internal import HTTPServer
internal import NIOCore
internal import Policy

/// A review between its request and its answer: each step adds what it finds.
// Unchecked: it stays on the event loop of its connection.
final class PendingReview: @unchecked Sendable {
    /// Why there is no verdict.
    enum Failure: Sendable {
        /// The body is no review.
        case unreadable(AdmissionReviewError)
        /// Nobody waits for the answer any more.
        case expired
    }

    let request: ReviewRequest
    private let promise: EventLoopPromise<HTTPResponse>
    /// Nil until the body was read, and once the review has been answered.
    var decoded: DecodedReview?
    /// How long reading it took; zero unless there is a decision log.
    var decoding = TimeAmount.zero
    /// Nil until judged, and where that came to nothing.
    var verdict: Verdict?
    /// Nil where there is a verdict.
    var failure: Failure?
    /// Nil unless there is a decision log.
    var evidence: DecisionEvidence?
    /// Nil until there is an answer.
    var response: HTTPResponse?

    init(_ request: ReviewRequest, promise: EventLoopPromise<HTTPResponse>) {
        self.request = request
        self.promise = promise
    }

    /// Sends the answer, which has to be there.
    func succeed() {
        guard let response else { preconditionFailure("a review has no answer") }
        promise.succeed(response)
    }

    /// Says that there is no answer and will be none.
    func fail(_ error: any Error) {
        promise.fail(error)
    }
}
