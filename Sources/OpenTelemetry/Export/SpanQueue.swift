private import Synchronization

/// Spans that have ended and wait to be sent: so many and no more, beyond which they are dropped and counted.
///
/// Whoever ends a span waits for a lock that nobody holds for longer than it takes to append to an array or take a batch.
package final class SpanQueue: Sendable {
    /// What waits at the most, OpenTelemetry's default: four batches, and by the bound of each span 16 MB at the very worst.
    package static let defaultMaximumCount = 2048
    /// Of one request; OpenTelemetry's default.
    package static let maximumBatch = 512

    private struct State: Sendable {
        var spans: [FinishedSpan] = []
        var isClosed = false
    }

    private let maximumCount: Int
    private let onDrop: @Sendable (Int) -> Void
    private let state = Mutex(State())
    /// A batch is full, or somebody wants no longer to wait.
    let wishes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - maximumCount: what waits at the most.
    ///   - onDrop: told how many were dropped for want of room.
    package init(
        maximumCount: Int = SpanQueue.defaultMaximumCount,
        onDrop: @escaping @Sendable (Int) -> Void
    ) {
        (self.maximumCount, self.onDrop) = (maximumCount, onDrop)
    }

    /// Takes a span, if there is room.
    func add(_ span: FinishedSpan) {
        let (isTaken, isFull) = state.withLock { state in
            guard state.spans.count < maximumCount, !state.isClosed else { return (false, false) }
            state.spans.append(span)
            return (true, state.spans.count == Self.maximumBatch)
        }
        if !isTaken { onDrop(1) }
        if isFull { wake() }
    }

    /// Does not let what there is wait any longer.
    func wake() { wishes.continuation.yield() }

    /// The longest waiting, at most as many as one request has; empty when there are none.
    func take() -> [FinishedSpan] {
        state.withLock { state in
            let batch = Array(state.spans.prefix(Self.maximumBatch))
            state.spans.removeFirst(batch.count)
            return batch
        }
    }

    /// Takes no more from now on.
    func close() { state.withLock { $0.isClosed = true } }

    var count: Int { state.withLock { $0.spans.count } }
}
