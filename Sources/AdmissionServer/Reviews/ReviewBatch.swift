internal import HTTPServer
internal import NIOCore
internal import Policy

/// The reviews that came in one turn of an event loop, judged together at its end.
///
/// Under load several connections have a review ready at once. Reading all of them, then judging all, then writing all
/// keeps the code of each phase in the processor's caches, where one after the other each phase would find them full of the
/// others' (measured in docs/performance-aims.md).
// A batch belongs to the event loop it was made for, and is reached there alone.
final class ReviewBatch: @unchecked Sendable {
    private let eventLoop: any EventLoop
    private let handler: ReviewHandler
    private var engine: Current<PolicyEngine>.Reader
    private var waiting: [(body: ByteBuffer, promise: EventLoopPromise<HTTPResponse>)] = []

    init(on eventLoop: any EventLoop, handler: ReviewHandler) {
        self.eventLoop = eventLoop
        self.handler = handler
        engine = Current.Reader(handler.engine)
    }

    /// Whether this is the batch of `eventLoop`.
    func belongs(to eventLoop: any EventLoop) -> Bool { self.eventLoop === eventLoop }

    /// Takes a review's body; its answer comes before the event loop waits again.
    func add(_ body: ByteBuffer) -> EventLoopFuture<HTTPResponse> {
        eventLoop.preconditionInEventLoop()
        let promise = eventLoop.makePromise(of: HTTPResponse.self)
        if waiting.isEmpty { eventLoop.execute { self.judge() } }
        waiting.append((body, promise))
        return promise.futureResult
    }

    private func judge() {
        var reviews: [(body: ByteBuffer, promise: EventLoopPromise<HTTPResponse>)] = []
        swap(&reviews, &waiting)
        // One policy for all that are judged together.
        let engine = engine.read()
        let answers = reviews.map { handler.answer($0.body, by: engine) }
        for (review, answer) in zip(reviews, answers) { review.promise.succeed(answer) }
        // Keeps the room for the next turn.
        reviews.removeAll(keepingCapacity: true)
        if waiting.isEmpty { waiting = reviews }
    }
}
