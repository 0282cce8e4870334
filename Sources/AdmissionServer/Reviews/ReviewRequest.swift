package import HTTPServer
package import NIOCore

/// A review that waits for its answer.
package struct ReviewRequest: Sendable {
    /// The AdmissionReview as JSON.
    package let body: ByteBuffer

    /// When the head of its request was complete.
    package let receivedAt: NIODeadline

    /// Nil when the client named no time-out; whatever waits then has a limit of its own.
    package let deadline: ReviewDeadline?

    /// The trace it is part of.
    let traceParent: TraceParent

    /// Counts the body for as long as this keeps it, whatever became of its connection.
    private let reservation: BodyReservation?

    package init(_ request: HTTPRequest) {
        body = request.body
        reservation = request.reservation
        receivedAt = request.head.receivedAt
        deadline = ReviewDeadline(request.head)
        traceParent = request.head.traceParent
    }

    /// Whether nobody waits for the answer any more.
    func isExpired(at time: NIODeadline) -> Bool {
        deadline.map { $0.expires < time } ?? false
    }
}
