internal import AgentRuns
internal import Logging
internal import NIOCore
internal import Prometheus

/// Writes decisions on a thread of its own: takes what waits, makes lines of it, and keeps what cannot be written until it
/// can.
///
/// A full disk stops nothing but the log: what waits takes the bounded room of the queue, the rest is dropped and counted, and
/// every ``retryInterval`` it is tried whether there is room again.
// Unchecked: reached on its event loop alone, which nothing else runs on.
final class DecisionWriter: @unchecked Sendable {
    /// Reviews come many a millisecond; so long is waited for more of them before the thread runs.
    static let batchInterval = TimeAmount.milliseconds(20)
    static let retryInterval = TimeAmount.seconds(1)
    /// Lines are put together up to this size for one system call.
    private static let batchBytes = 256 << 10

    private let eventLoop: any EventLoop
    private let queue: DecisionQueue
    private let counters: AdmissionMetrics.DecisionLogCounters
    private let path: String
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    private var file: DecisionFile
    private var batch: ArraySlice<Decision> = []
    /// Lines that are not written yet; the first may be one whose beginning is.
    private var output: [UInt8] = []
    private var outputRecords = 0
    private var isMidLine = false
    /// Whether the log has said that writing fails.
    private var isFailing = false
    private var hasSaidRotationFails = false
    private var isRetryScheduled = false
    private var isDone = false

    init(
        file: consuming DecisionFile,
        path: String,
        queue: DecisionQueue,
        counters: AdmissionMetrics.DecisionLogCounters,
        eventLoop: any EventLoop,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.file = file
        self.path = path == "-" ? "standard output" : path
        self.queue = queue
        self.counters = counters
        self.eventLoop = eventLoop
        self.now = now
        self.logger = logger
    }

    /// Has what waits written soon; from any thread.
    func wake() {
        eventLoop.scheduleTask(in: Self.batchInterval) { self.run() }
    }

    /// Writes what there is; false when something is left, and then tries again later.
    private func run() {
        guard !isDone, !drain(), !isRetryScheduled else { return }
        isRetryScheduled = true
        eventLoop.scheduleTask(in: Self.retryInterval) {
            self.isRetryScheduled = false
            self.run()
        }
    }

    // MARK: Stopping

    /// Writes what waits, for so long at the most, and nothing any more afterwards; how many decisions were left.
    func stop(within timeout: TimeAmount) -> EventLoopFuture<Int> {
        let promise = eventLoop.makePromise(of: Int.self)
        let deadline = NIODeadline.now() + timeout
        eventLoop.execute { self.finish(by: deadline, promise) }
        return promise.futureResult
    }

    private func finish(by deadline: NIODeadline, _ promise: EventLoopPromise<Int>) {
        if drain() || NIODeadline.now() >= deadline {
            isDone = true
            promise.succeed(queue.count + outputRecords)
        } else {
            eventLoop.scheduleTask(in: Self.batchInterval) { self.finish(by: deadline, promise) }
        }
    }

    // MARK: Writing

    /// Writes all that waits; false when that cannot be done now.
    private func drain() -> Bool {
        eventLoop.preconditionInEventLoop()
        do throws(DecisionFile.Failure) {
            if try file.reopenIfMoved() { dropBrokenLine() }
            try flush()
            repeat {
                let dropped = queue.takeDropped()
                if dropped > 0 { try append(DecisionLine.line(ofDropped: dropped, at: now())) }
                if batch.isEmpty { batch = queue.take()[...] }
                while let decision = batch.popFirst() {
                    try append(decision)
                }
                batch = queue.take()[...]
            } while !batch.isEmpty
            try flush()
            recovered()
            return true
        } catch {
            failed(error)
            return false
        }
    }

    private func append(_ decision: Decision) throws(DecisionFile.Failure) {
        guard let line = DecisionLine.line(of: decision) else {
            queue.finish(decision)
            counters.dropped.increment()
            return
        }
        do throws(DecisionFile.Failure) {
            try append(line)
        } catch {
            batch = [decision] + batch
            throw error
        }
        queue.finish(decision)
        outputRecords += 1
    }

    /// Adds a line to the output, which is written first where the line is for the next file, or there is enough of it.
    private func append(_ line: [UInt8]) throws(DecisionFile.Failure) {
        if file.needsRotation(for: line.count, after: output.count) {
            try flush()
            if file.needsRotation(for: line.count) { rotate() }
        } else if output.count >= Self.batchBytes {
            try flush()
        }
        output += line
    }

    private func flush() throws(DecisionFile.Failure) {
        guard !output.isEmpty else { return }
        let count = output.count
        do throws(DecisionFile.Failure) {
            try file.write(&output)
        } catch {
            isMidLine = isMidLine || output.count < count
            throw error
        }
        isMidLine = false
        counters.records.increment(by: Int64(outputRecords))
        outputRecords = 0
    }

    private func rotate() {
        do throws(DecisionFile.Failure) {
            try file.rotate()
            hasSaidRotationFails = false
        } catch {
            counters.failures.increment()
            guard !hasSaidRotationFails else { return }
            hasSaidRotationFails = true
            logger.error(
                "cannot rotate the decision log, it goes on growing; make its folder writable",
                metadata: ["file": "\(path)", "reason": "\(error.reason)"]
            )
        }
    }

    /// The beginning of the line is in a file that was taken away.
    private func dropBrokenLine() {
        guard isMidLine, let end = output.firstIndex(of: UInt8(ascii: "\n")) else { return }
        output.removeSubrange(...end)
        outputRecords = max(0, outputRecords - 1)
        counters.dropped.increment()
        isMidLine = false
    }

    // MARK: Telling

    private func failed(_ failure: DecisionFile.Failure) {
        counters.failures.increment()
        guard !isFailing else { return }
        isFailing = true
        logger.error(
            "cannot write the decision log; reviews are answered all the same, and what there is no room for is dropped",
            metadata: ["file": "\(path)", "action": "\(failure.action)", "reason": "\(failure.reason)"]
        )
    }

    private func recovered() {
        guard isFailing else { return }
        isFailing = false
        logger.notice(
            "the decision log is written again",
            metadata: ["file": "\(path)", "dropped": "\(counters.dropped.value)"]
        )
    }
}
