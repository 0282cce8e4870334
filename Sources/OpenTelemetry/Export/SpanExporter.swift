internal import JSONPull
package import KubernetesClient
package import Logging
internal import NIOCore

/// Sends spans to a collector by OTLP/HTTP in JSON, a batch at a time.
///
/// Nothing waits for it: what has no room in the queue while it waits for the collector is dropped there.
package struct SpanExporter: Sendable {
    /// Who counts.
    package struct Counters: Sendable {
        package var exported: @Sendable (Int) -> Void
        package var dropped: @Sendable (Int, SpanDrop) -> Void

        package init(
            exported: @escaping @Sendable (Int) -> Void,
            dropped: @escaping @Sendable (Int, SpanDrop) -> Void
        ) {
            (self.exported, self.dropped) = (exported, dropped)
        }
    }

    /// Durations; others than the product's are for tests.
    package struct Timing: Sendable {
        /// From the end of a span until it is sent, if no batch is full before.
        var longestWait = TimeAmount.seconds(1)
        /// Of one request; OpenTelemetry's default.
        var request = TimeAmount.seconds(10)
        /// Between a request that may do better later and the next, doubled each time.
        var firstPause = TimeAmount.seconds(1)
        var longestPause = TimeAmount.seconds(30)
        /// Times that one batch is sent at the most.
        var maximumTries = 5
        /// For what is left when the server stops.
        var farewell = TimeAmount.seconds(3)

        package init() {}
    }

    /// Behind the path of the endpoint.
    private static let path = "/v1/traces"
    /// What a collector says of a batch is a line.
    private static let maximumAnswerBytes = 64 << 10

    private let client: APIClient
    private let resource: SpanResource
    private let queue: SpanQueue
    private let counters: Counters
    private let timing: Timing
    private let logger: Logger
    private var told = ToldCauses()

    /// Makes an exporter that does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - client: of the collector; its event loop serves no reviews.
    ///   - resource: who sends.
    ///   - queue: what is sent.
    ///   - counters: are told what became of it.
    ///   - timing: how long things take at the most.
    ///   - logger: gets a line when spans are not exported, and when they are again.
    package init(
        client: APIClient,
        resource: SpanResource,
        queue: SpanQueue,
        counters: Counters,
        timing: Timing = Timing(),
        logger: Logger
    ) {
        (self.client, self.resource, self.queue) = (client, resource, queue)
        (self.counters, self.timing, self.logger) = (counters, timing, logger)
    }

    /// Sends until the task is cancelled, then what is left, for a little while.
    package mutating func run() async {
        let timer = client.eventLoop.scheduleRepeatedTask(
            initialDelay: timing.longestWait,
            delay: timing.longestWait
        ) { [queue] _ in if queue.count > 0 { queue.wake() } }
        for await _ in queue.wishes.stream {
            while !Task.isCancelled {
                let batch = queue.take()
                if batch.isEmpty { break }
                await deliver(batch)
            }
        }
        timer.cancel()
        await sayFarewell()
    }

    /// Sends one batch, as often as it takes or may.
    private mutating func deliver(_ batch: [FinishedSpan]) async {
        let body = TraceExport.encode(batch, of: resource)
        var pause = timing.firstPause
        for attempt in 1...max(1, timing.maximumTries) {
            let outcome = await send(body, within: timing.request)
            guard case .later(let wait, let reason, let cause) = outcome else {
                return settle(batch.count, outcome)
            }
            tell(reason, cause)
            guard attempt < timing.maximumTries, !Task.isCancelled else { break }
            let wanted = min(max(wait ?? pause, .milliseconds(1)), timing.longestPause)
            try? await Task.sleep(for: .nanoseconds(wanted.nanoseconds))
            pause = min(pause * 2, timing.longestPause)
        }
        counters.dropped(batch.count, .undelivered)
    }

    /// One try for each batch that is left, while there is time.
    private mutating func sayFarewell() async {
        queue.close()
        let deadline = NIODeadline.now() + timing.farewell
        var batch = queue.take()
        while !batch.isEmpty {
            let left = deadline - .now()
            if left > .zero {
                let body = TraceExport.encode(batch, of: resource)
                settle(batch.count, await send(body, within: min(left, timing.request)))
            } else {
                counters.dropped(batch.count, .undelivered)
            }
            batch = queue.take()
        }
    }

    // MARK: Answers

    private enum Outcome {
        case taken(TraceExportAnswer)
        /// The same would do no better later.
        case refused(String, FailureCause)
        /// It may, after so long if the collector said so.
        case later(TimeAmount?, String, FailureCause)
    }

    /// One request; once the task is cancelled it is waited for only a little longer.
    private func send(_ body: [UInt8], within timeout: TimeAmount) async -> Outcome {
        var request = APIRequest(.post, Self.path, body: body)
        request.timeout = timeout
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        let promise = client.eventLoop.makePromise(of: APIAnswer.self)
        client.send(request).cascade(to: promise)
        do {
            let answer = try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: { [client, timing] in
                client.eventLoop.scheduleTask(in: timing.farewell) { promise.fail(RequestError.cancelled) }
            }
            return .taken(TraceExportAnswer(answer.body))
        } catch let error as RequestError {
            return Self.outcome(of: error)
        } catch {
            return .later(nil, "\(error)", FailureCause("other"))
        }
    }

    private static func outcome(of error: RequestError) -> Outcome {
        switch error {
        case .status(let status):
            let reason = "the collector answers \(status.code)"
            // Those that OTLP/HTTP calls retryable; of others only the address can be wrong.
            guard [429, 502, 503, 504].contains(status.code) else {
                return .refused("\(reason); check that --otlp-endpoint is that of OTLP/HTTP", error.cause)
            }
            return .later(status.retryAfterSeconds.map { .seconds(Int64($0)) }, reason, error.cause)
        // It has taken them, and says more of it than is read.
        case .tooLarge, .answer: return .taken(TraceExportAnswer([]))
        case .timedOut(let seconds): return .later(nil, "the collector did not answer within \(seconds) s", error.cause)
        case .broken: return .later(nil, "the connection to the collector broke", error.cause)
        case .unreachable, .access, .cancelled: return .later(nil, error.description, error.cause)
        }
    }

    private mutating func settle(_ count: Int, _ outcome: Outcome) {
        switch outcome {
        case .taken(let answer):
            let rejected = min(answer.rejected, count)
            counters.exported(count - rejected)
            if rejected > 0 {
                counters.dropped(rejected, .rejected)
                let why = answer.message.isEmpty ? "no reason" : VisibleText.quoted(answer.message, upTo: 256)
                tell("the collector rejects spans, with \(why)", FailureCause("partial success"))
            } else if told.recover() {
                logger.notice("spans are exported again")
            }
        case .refused(let reason, let cause):
            counters.dropped(count, .rejected)
            tell(reason, cause)
        case .later(_, let reason, let cause):
            counters.dropped(count, .undelivered)
            tell(reason, cause)
        }
    }

    private mutating func tell(_ reason: String, _ cause: FailureCause) {
        guard told.isNews(cause) else { return }
        logger.warning("spans are not exported", metadata: ["reason": "\(VisibleText.line(reason))"])
    }
}
