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
    private struct Waiting {
        let request: ReviewRequest
        let promise: EventLoopPromise<HTTPResponse>
    }

    private let eventLoop: any EventLoop
    private let handler: ReviewHandler
    private var engine: Current<PolicyEngine>.Reader
    private var waiting: [Waiting] = []

    init(on eventLoop: any EventLoop, handler: ReviewHandler) {
        self.eventLoop = eventLoop
        self.handler = handler
        engine = Current.Reader(handler.engine)
    }

    /// Whether this is the batch of `eventLoop`.
    func belongs(to eventLoop: any EventLoop) -> Bool { self.eventLoop === eventLoop }

    /// Takes a review that is counted as in flight; its answer comes before the event loop waits again.
    func add(_ request: ReviewRequest) -> EventLoopFuture<HTTPResponse> {
        eventLoop.preconditionInEventLoop()
        let promise = eventLoop.makePromise(of: HTTPResponse.self)
        if waiting.isEmpty { eventLoop.execute { self.judge() } }
        waiting.append(Waiting(request: request, promise: promise))
        return promise.futureResult
    }

    private func judge() {
        var reviews: [Waiting] = []
        swap(&reviews, &waiting)
        // One policy for all that are judged together.
        let engine = engine.read()
        var now = NIODeadline.now()
        var answers: [ReviewHandler.Answer] = []
        answers.reserveCapacity(reviews.count)
        for index in reviews.indices {
            answers.append(handler.answer(reviews[index].request, by: engine, at: now))
        }
        if handler.claimsBranches {
            for index in reviews.indices {
                answers[index].later = handler.claim(
                    answers[index],
                    of: reviews[index].request,
                    by: engine,
                    on: eventLoop
                )
            }
        }
        // All but those that wait for a claim are answered now, whenever they were judged.
        now = .now()
        // In place: a copy of an answer is a dozen of reference counts.
        for index in reviews.indices {
            if let later = answers[index].later {
                answer(reviews[index], with: later)
            } else {
                handler.inFlight.giveBack(1)
                reviews[index].promise.succeed(answers[index].response)
            }
        }
        for index in reviews.indices where answers[index].later == nil {
            handler.record(answers[index], of: reviews[index].request, at: now)
        }
        // Keeps the room for the next turn.
        reviews.removeAll(keepingCapacity: true)
        if waiting.isEmpty { waiting = reviews }
    }

    /// Answers a review once its branches are claimed or found to be another run's.
    private func answer(_ review: Waiting, with later: EventLoopFuture<ReviewHandler.Answer>) {
        later.assumeIsolated().whenComplete { [handler] result in
            handler.inFlight.giveBack(1)
            review.promise.completeWith(result.map(\.response))
            if case .success(let answer) = result { handler.record(answer, of: review.request, at: .now()) }
        }
    }
}
