package import AgentRuns
package import Logging
package import NIOCore
package import Replay

/// One JSON line a review, written after the review was answered, by a thread of its own.
///
/// Nobody waits for it: what it has no room for is dropped and counted.
package final class DecisionLog: Sendable {
    private let queue: DecisionQueue
    private let writer: DecisionWriter
    let now: @Sendable () -> Timestamp

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - location: the file.
    ///   - chain: seals the lines; nil to leave them as they are.
    ///   - eventLoop: of a thread on which nothing else runs; calls on it wait for the disk.
    ///   - counters: count what becomes of the decisions.
    ///   - now: the time.
    ///   - logger: is told when writing fails, and when it works again.
    /// - Throws: ``DecisionFile/Failure`` when the file cannot be opened.
    package convenience init(
        location: DecisionFile.Location,
        chain: LineChain?,
        eventLoop: any EventLoop,
        counters: AdmissionMetrics.DecisionLogCounters,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) throws(DecisionFile.Failure) {
        try self.init(
            location: location,
            chain: chain,
            eventLoop: eventLoop,
            counters: counters,
            now: now,
            logger: logger,
            limits: DecisionQueue.Limits()
        )
    }

    init(
        location: DecisionFile.Location,
        chain: LineChain?,
        eventLoop: any EventLoop,
        counters: AdmissionMetrics.DecisionLogCounters,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger,
        limits: DecisionQueue.Limits
    ) throws(DecisionFile.Failure) {
        self.now = now
        queue = DecisionQueue(limits: limits, counters: counters)
        let file = try DecisionFile(opening: location)
        writer = DecisionWriter(
            file: file,
            path: location.path,
            tail: location.isStandardOutput ? nil : LogTail(location.path),
            chain: chain,
            queue: queue,
            counters: counters,
            eventLoop: eventLoop,
            now: now,
            logger: logger
        )
        if chain != nil { writer.wake() }
    }

    /// Takes a decision; from any thread, at once.
    func record(_ decision: Decision) {
        if queue.add(decision) { writer.wake() }
    }

    /// Writes what waits, for so long at the most; how many decisions were lost.
    package func stop(within timeout: TimeAmount) async -> Int {
        queue.close()
        // The promise is never failed.
        return (try? await writer.stop(within: timeout).get()) ?? queue.count
    }
}
