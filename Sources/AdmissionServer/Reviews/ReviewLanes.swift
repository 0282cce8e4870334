internal import HTTPServer
package import NIOCore

/// Where a review is judged: on the event loop of its connection, or beside it.
///
/// What judging costs grows with the bytes of the body, so those of ordinary ones decide: they are judged at once, where they
/// came. A larger one would keep the other connections of its event loop waiting; it goes to a thread of its own kind, and the
/// largest to another, so that the smaller ones do not wait for them. On each only one is judged at a time: what reading
/// and judging takes in memory is bounded by that, however many come.
package final class ReviewLanes: Sendable {
    struct Limits: Sendable {
        /// The guide's example has 3.7 KB as a kube-apiserver sends it, an update of a run with all its status some 16.
        ///
        /// Judging so much takes 0.2 ms, and going to another thread and back 20 µs.
        var inlineBytes = 32 << 10

        /// Judging so much takes some milliseconds.
        var mediumBytes = 512 << 10

        /// What may wait for the one thread: it is judged in a quarter of a second.
        var mediumWaitingBytes = 16 << 20

        /// What may wait for the other: it is judged in a second.
        var largeWaitingBytes = 64 << 20
    }

    /// The threads they need.
    package static let threadCount = 2

    private let limits: Limits
    private let medium: ReviewLane
    private let large: ReviewLane

    /// - Parameters:
    ///   - handler: judges, and shows what waits.
    ///   - group: of ``threadCount`` threads on which nothing else runs.
    package convenience init(_ handler: ReviewHandler, on group: any EventLoopGroup) {
        self.init(handler, on: group, limits: Limits())
    }

    init(_ handler: ReviewHandler, on group: any EventLoopGroup, limits: Limits) {
        self.limits = limits
        medium = ReviewLane(on: group.next(), maximumBytes: limits.mediumWaitingBytes, handler: handler)
        large = ReviewLane(on: group.next(), maximumBytes: limits.largeWaitingBytes, handler: handler)
        handler.metrics.reviews.observe(medium: medium, large: large)
    }

    /// The lane of a review; nil for one that is judged where it came.
    func lane(for request: ReviewRequest) -> ReviewLane? {
        let bytes = request.body.readableBytes
        guard bytes > limits.inlineBytes else { return nil }
        return bytes > limits.mediumBytes ? large : medium
    }
}
