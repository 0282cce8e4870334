internal import AgentRuns
internal import Logging
internal import NIOCore
internal import Prometheus
internal import Replay

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
    private var output = DecisionOutput()
    /// Nil where lines are not chained.
    private var chain: LineChain?
    /// Whether the chain has its last line.
    private var isChainEnded = false
    /// Whether the log has said that writing fails.
    private var isFailing = false
    private var hasSaidRotationFails = false
    private var isRetryScheduled = false
    private var isDone = false

    /// - Parameters:
    ///   - file: is open.
    ///   - path: of it, for messages.
    ///   - tail: what is in the file already; nil where that makes no difference.
    ///   - chain: seals the lines; nil to leave them as they are.
    ///   - queue: has the decisions.
    ///   - counters: count what becomes of them.
    ///   - eventLoop: of a thread that may wait.
    ///   - now: the time.
    ///   - logger: is told of failures.
    init(
        file: consuming DecisionFile,
        path: String,
        tail: LogTail?,
        chain: LineChain?,
        queue: DecisionQueue,
        counters: AdmissionMetrics.DecisionLogCounters,
        eventLoop: any EventLoop,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.file = file
        self.path = path == "-" ? "standard output" : path
        self.chain = chain
        self.queue = queue
        self.counters = counters
        self.eventLoop = eventLoop
        self.now = now
        self.logger = logger
        // What is added does not become a part of a line that its writer did not end.
        if tail?.predecessor.isCutOff == true { output.add([UInt8(ascii: "\n")]) }
        addCheckpoint(.start, after: tail?.predecessor)
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
        if drain(isLast: true) || NIODeadline.now() >= deadline {
            isDone = true
            promise.succeed(queue.count + output.decisions)
        } else {
            eventLoop.scheduleTask(in: Self.batchInterval) { self.finish(by: deadline, promise) }
        }
    }

    // MARK: Writing

    /// Writes all that waits, and the chain's last line after the last of all; false when that cannot be done now.
    private func drain(isLast: Bool = false) -> Bool {
        eventLoop.preconditionInEventLoop()
        do throws(DecisionFile.Failure) {
            if try file.reopenIfMoved() {
                output.beginLineAgain()
                if output.count == 0 { addCheckpoint(.continued) }
            }
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
            if isLast, !isChainEnded {
                addCheckpoint(.stop)
                isChainEnded = true
            }
            try flush()
            recovered()
            return true
        } catch {
            failed(error)
            return false
        }
    }

    private func append(_ decision: Decision) throws(DecisionFile.Failure) {
        guard let lines = DecisionLine.lines(of: decision) else {
            queue.finish(decision)
            counters.dropped.increment()
            return
        }
        do throws(DecisionFile.Failure) {
            for line in lines { try append(line) }
        } catch {
            batch = [decision] + batch
            throw error
        }
        queue.finish(decision)
        output.addDecision()
    }

    /// Adds a line to the output, which is written first where the line is for the next file, or there is enough of it.
    private func append(_ line: [UInt8]) throws(DecisionFile.Failure) {
        let room = line.count + (chain == nil ? 0 : LineChain.maximumRoomBytes)
        if file.needsRotation(for: room, after: output.count) {
            try flush()
            if file.needsRotation(for: room) { try rotate() }
        } else if output.count >= Self.batchBytes {
            try flush()
        }
        var line = line
        chain?.seal(&line)
        output.add(line)
        if chain?.needsCheckpoint == true { addCheckpoint(.lines) }
    }

    private func addCheckpoint(_ place: Checkpoint.Place, after predecessor: Checkpoint.Predecessor? = nil) {
        guard let line = chain?.checkpoint(place, after: predecessor, at: now()) else { return }
        output.add(line)
    }

    private func flush() throws(DecisionFile.Failure) {
        guard output.count > 0 else { return }
        counters.records.increment(by: Int64(try output.write(to: &file)))
    }

    private func rotate() throws(DecisionFile.Failure) {
        addCheckpoint(.rotated)
        try flush()
        do throws(DecisionFile.Failure) {
            try file.rotate()
            addCheckpoint(.continued)
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
