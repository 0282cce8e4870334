internal import ClusterState
internal import KubernetesClient
internal import Logging
internal import NIOCore

/// Where Events are written: looks now and then at what has happened, and makes the requests that ``EventSeries`` asks for.
///
/// Belongs to its client's event loop.
final class EventDesk {
    private let caller: APIEventClient
    private let queue: EventQueue
    private let metrics: EventMetrics
    private let now: @Sendable () -> ClaimMoment
    private let interval: TimeAmount
    private var series: EventSeries
    private var timer: Scheduled<Void>?
    /// Kept when the desk is to stop.
    private var end: EventLoopPromise<Int>?
    private var told = ToldCauses()
    private let logger: Logger

    init(
        caller: APIEventClient,
        queue: EventQueue,
        metrics: EventMetrics,
        now: @escaping @Sendable () -> ClaimMoment,
        interval: TimeAmount,
        logger: Logger
    ) {
        (self.caller, self.queue, self.metrics, self.now, self.logger) = (caller, queue, metrics, now, logger)
        self.interval = interval
        series = EventSeries(instance: caller.instance, now: now())
    }

    private var eventLoop: any EventLoop { caller.client.eventLoop }

    /// Begins to look.
    func start() {
        guard timer == nil, end == nil else { return }
        lookLater()
    }

    private func lookLater() {
        timer = eventLoop.assumeIsolated().scheduleTask(in: interval) { [self] in
            takeQueue()
            series.tick(now: now())
            advance()
            if timer != nil { lookLater() }
        }
    }

    private func takeQueue() {
        let (items, dropped) = queue.take()
        series.drop(.queueFull, dropped)
        guard !items.isEmpty else { return }
        let now = now()
        for item in items {
            let draft: EventDraft? =
                switch item {
                case .review(let verdict): EventDraft(verdict)
                case .draft(let draft): draft
                }
            if let draft { series.add(draft, now: now) } else { series.drop(.unfit) }
        }
    }

    /// Makes the requests there is room for.
    private func advance() {
        while let write = series.next(now: now()) {
            caller.perform(write).assumeIsolated().whenSuccess { [self] answer in
                tell(answer)
                series.received(answer, to: write, jitter: Double.random(in: 0..<1), now: now())
                advance()
            }
        }
        metrics.add(series.takeCounts())
        if series.unwrittenCount == 0 { finish(lost: 0) }
    }

    private func tell(_ answer: EventAnswer) {
        switch answer {
        case .written: if told.recover() { logger.notice("events can be written again") }
        case .absent, .terminating: break
        case .forbidden(let failure), .failed(let failure):
            guard told.isNews(FailureCause(failure.cause)) else { return }
            logger.error("events cannot be written", metadata: ["reason": "\(ReviewLog.line(failure.message))"])
        }
    }

    // MARK: The end

    /// Writes what there is, for so long at the most; how much was lost.
    func stop(within timeout: TimeAmount, _ promise: EventLoopPromise<Int>) {
        guard end == nil else { return promise.succeed(0) }
        end = promise
        timer?.cancel()
        timer = nil
        takeQueue()
        eventLoop.assumeIsolated().scheduleTask(in: timeout) { [self] in finish(lost: series.unwrittenCount) }
        advance()
    }

    private func finish(lost: Int) {
        guard let promise = end else { return }
        end = nil
        series.drop(.stopped, lost)
        metrics.add(series.takeCounts())
        promise.succeed(lost)
    }
}
