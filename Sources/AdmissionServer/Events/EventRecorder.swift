package import AgentRuns
package import ClusterState
package import JSONPull
package import KubernetesClient
package import Logging
package import NIOCore
internal import Policy

/// Tells people by Events what became of runs: who was warned or denied, whose branch it is, what was stored unreviewed.
///
/// Whoever has something to tell is held up for a moment only; all else happens on the client's event loop. What there is no
/// room for is dropped and counted.
package final class EventRecorder: Sendable {
    /// A review's object is stored a moment after its review: what regards it comes later than that.
    package static let interval = TimeAmount.seconds(1)

    private let queue = EventQueue()
    private let desk: NIOLoopBoundBox<EventDesk>
    private let eventLoop: any EventLoop

    /// Makes a recorder that writes nothing before it is started.
    ///
    /// - Parameters:
    ///   - client: asks the API server; not on an event loop that serves reviews.
    ///   - replica: this one, for people.
    ///   - metrics: counts.
    ///   - now: both clocks.
    ///   - interval: how often it looks whether there is something to write.
    ///   - logger: gets a line when Events cannot be written, and when they can be again.
    package init(
        client: APIClient,
        replica: String,
        metrics: EventMetrics,
        now: @escaping @Sendable () -> ClaimMoment,
        interval: TimeAmount = EventRecorder.interval,
        logger: Logger
    ) {
        eventLoop = client.eventLoop
        desk = .makeBoxSendingValue(
            EventDesk(
                caller: APIEventClient(client: client, instance: replica),
                queue: queue,
                metrics: metrics,
                now: now,
                interval: interval,
                logger: logger
            ),
            eventLoop: client.eventLoop
        )
    }

    package func start() {
        eventLoop.execute { [desk] in desk.value.start() }
    }

    // MARK: What happens

    /// A review was answered.
    func note(_ verdict: Verdict) {
        if verdict.isEventful { queue.add(.review(verdict)) }
    }

    /// A claim has passed to another run or was removed.
    package func note(_ news: ClaimNews) { add(EventDraft(news)) }

    /// A run is stored of which no review is known; to be told once of each generation.
    ///
    /// - Parameters:
    ///   - run: namespace and name.
    ///   - uid: `metadata.uid`.
    ///   - generation: `metadata.generation`.
    ///   - since: when the run, or this generation of it, was first seen.
    package func noteUnreviewed(_ run: ObjectKey, uid: ExactString, generation: Int64, since: Timestamp) {
        add(EventDraft(unreviewed: run, uid: uid, generation: generation, since: since))
    }

    /// What no API server has stored there is nobody to tell of.
    private func add(_ draft: EventDraft?) {
        if let draft { queue.add(.draft(draft)) }
    }

    /// Writes what waits, for so long at the most; how many Events were lost.
    package func stop(within timeout: TimeAmount) async -> Int {
        queue.close()
        let promise = eventLoop.makePromise(of: Int.self)
        eventLoop.execute { [desk] in desk.value.stop(within: timeout, promise) }
        // The promise is never failed.
        return (try? await promise.futureResult.get()) ?? 0
    }
}
