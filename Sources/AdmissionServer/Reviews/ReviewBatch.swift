internal import HTTPServer
internal import NIOCore
internal import Policy

/// The reviews that came in one turn of an event loop, judged together at its end.
///
/// Under load several connections have a review ready at once. Each step is done for all of them before the next one: its
/// code then stays in the processor's caches, where one review after the other each step would find them full of the
/// others' (measured in docs/performance-aims.md).
// Unchecked: it belongs to the event loop it was made for, and is reached there alone.
final class ReviewBatch: @unchecked Sendable {
    /// Most bodies that are held decoded at once, in bytes beyond the first: what is decoded takes about as much again, and
    /// should stay in the caches, too.
    private static let maximumGroupBytes = 128 << 10

    private let eventLoop: any EventLoop
    private let handler: ReviewHandler
    private var engine: Current<PolicyEngine>.Reader
    private var waiting: [PendingReview] = []

    init(on eventLoop: any EventLoop, handler: ReviewHandler) {
        self.eventLoop = eventLoop
        self.handler = handler
        engine = Current.Reader(handler.engine)
    }

    /// Whether this is the batch of `eventLoop`.
    func belongs(to eventLoop: any EventLoop) -> Bool { self.eventLoop === eventLoop }

    /// Takes a review that is counted as in flight; its answer comes before the event loop waits again.
    func add(_ review: PendingReview) {
        eventLoop.preconditionInEventLoop()
        if waiting.isEmpty { eventLoop.execute { self.answer() } }
        waiting.append(review)
    }

    /// Answers one review by itself, at once.
    func answer(_ review: PendingReview) {
        eventLoop.preconditionInEventLoop()
        answer([review][...], by: engine.read())
    }

    private func answer() {
        var reviews: [PendingReview] = []
        swap(&reviews, &waiting)
        // One policy for all that are judged together.
        let engine = engine.read()
        var rest = reviews[...]
        while !rest.isEmpty { answer(Self.takeGroup(from: &rest), by: engine) }
        // Keeps the room for the next turn.
        reviews.removeAll(keepingCapacity: true)
        if waiting.isEmpty { waiting = reviews }
    }

    private static func takeGroup(from reviews: inout ArraySlice<PendingReview>) -> ArraySlice<PendingReview> {
        var bytes = 0
        let group = reviews.prefix { review in
            bytes += review.request.body.readableBytes
            return bytes <= maximumGroupBytes
        }
        let count = max(1, group.count)
        defer { reviews.removeFirst(count) }
        return reviews.prefix(count)
    }

    private func answer(_ reviews: ArraySlice<PendingReview>, by engine: PolicyEngine) {
        var now = NIODeadline.now()
        for review in reviews { handler.decode(review, at: now) }
        for review in reviews { handler.judge(review, by: engine) }
        var answered = reviews
        if handler.claimsBranches { answered = answered.filter { !isClaimed($0, by: engine) }[...] }
        for review in answered { handler.answer(review) }
        // All but those that wait for a claim are answered now, whenever they were judged.
        now = .now()
        for review in answered {
            handler.inFlight.giveBack(1)
            review.succeed()
        }
        for review in answered { handler.record(review, at: now) }
    }

    /// Whether a review has to wait until its branches are claimed, or found to be another run's; it is answered then.
    private func isClaimed(_ review: PendingReview, by engine: PolicyEngine) -> Bool {
        let began = review.times.map { _ in NIODeadline.now() }
        guard let claim = handler.claim(review, by: engine, on: eventLoop) else { return false }
        claim.assumeIsolated().whenComplete { [handler] result in
            handler.inFlight.giveBack(1)
            if let began { review.times?.note(.claim, began, .now()) }
            switch result {
            case .success:
                handler.answer(review)
                review.succeed()
                handler.record(review, at: .now())
            case .failure: review.fail()
            }
        }
        return true
    }
}
