internal import HTTPServer
internal import NIOCore
private import Synchronization

/// A thread on which reviews are judged one after the other, beside the event loops of the connections they came on.
///
/// What waits is bounded in bytes: so many are judged in well under a second, which is what whoever waits gives us.
final class ReviewLane: Sendable {
    private struct Load {
        var reviews = 0
        var bytes = 0
    }

    private let eventLoop: any EventLoop
    private let maximumBytes: Int
    private let batch: ReviewBatch
    private let load = Mutex(Load())

    /// - Parameters:
    ///   - eventLoop: of a thread on which nothing else runs.
    ///   - maximumBytes: that may wait or be judged; one review more than that may if it is alone.
    ///   - handler: judges.
    init(on eventLoop: any EventLoop, maximumBytes: Int, handler: ReviewHandler) {
        self.eventLoop = eventLoop
        self.maximumBytes = maximumBytes
        batch = ReviewBatch(on: eventLoop, handler: handler)
    }

    /// Reviews that wait or are being judged.
    var count: Int { load.withLock { $0.reviews } }

    /// Takes a review that is counted as in flight; false if there are as many as there may be.
    ///
    /// Called on the event loop of the connection, on which `later` gets the answer.
    func take(
        _ request: ReviewRequest,
        from connectionLoop: any EventLoop,
        _ later: @escaping HTTPAnswerReceiver
    ) -> Bool {
        let bytes = request.body.readableBytes
        let hasRoom = load.withLock { load in
            guard load.reviews == 0 || bytes <= maximumBytes - load.bytes else { return false }
            load.reviews += 1
            load.bytes += bytes
            return true
        }
        guard hasRoom else { return false }
        let receiver = NIOLoopBound(later, eventLoop: connectionLoop)
        let review = PendingReview(request) { response in
            connectionLoop.execute { receiver.value(response) }
        }
        eventLoop.execute { [self] in
            batch.answer(review)
            // It may still wait for a claim, but nothing of it needs this thread.
            load.withLock { load in
                load.reviews -= 1
                load.bytes -= bytes
            }
        }
        return true
    }
}
