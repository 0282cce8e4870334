package import JSONPull
package import KubernetesClient
package import Logging
internal import NIOCore
internal import Policy

/// What admitted reviews leave behind, outside of the objects: that a run was judged, in which generation.
///
/// The audit finds with it what nobody has reviewed. Marks are written some seconds after their reviews, by ``run()``; reviews wait for
/// nothing.
package final class ReviewMarks: Sendable {
    private let queue: MarkQueue
    private let writer: MarkWriter
    private let reader: MarkReader
    private let client: APIClient

    /// What it needs of the machine.
    package struct Environment: Sendable {
        /// Never going back.
        package var monotonicMilliseconds: @Sendable () -> Int64
        /// Random, from 0 up to 1.
        package var jitter: @Sendable () -> Double
        /// Where replicas begin to write: they should differ.
        package var seed: UInt64

        package init(
            monotonicMilliseconds: @escaping @Sendable () -> Int64,
            jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
            seed: UInt64 = UInt64.random(in: 0 ... .max)
        ) {
            (self.monotonicMilliseconds, self.jitter, self.seed) = (monotonicMilliseconds, jitter, seed)
        }
    }

    /// Makes what does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - namespace: of the ConfigMaps.
    ///   - client: asks the API server, for this alone; not on an event loop that serves reviews.
    ///   - metrics: counts.
    ///   - environment: clocks and randomness.
    ///   - logger: gets a line when marks cannot be written and when they can again.
    package init(
        namespace: String,
        client: APIClient,
        metrics: MarkMetrics,
        environment: Environment,
        logger: Logger
    ) {
        let waker = Waker(eventLoop: client.eventLoop)
        let queue = MarkQueue { waker.call() }
        let api = MarksClient(client: client, namespace: namespace)
        let troubles = MarksTroubles(logger: logger)
        self.client = client
        self.queue = queue
        writer = MarkWriter(
            api,
            queue: queue,
            waker: waker,
            metrics: metrics,
            troubles: troubles,
            environment: MarkWriter.Environment(
                monotonicMilliseconds: environment.monotonicMilliseconds,
                jitter: environment.jitter,
                firstIndex: Int(environment.seed % UInt64(MarksObject.count))
            )
        )
        reader = MarkReader(
            api,
            troubles: troubles,
            monotonicMilliseconds: environment.monotonicMilliseconds
        )
        metrics.observe { [writer] in writer.waitingCount }
    }

    // MARK: Reviews

    /// A review was answered: leaves a mark if it judged a run's whole spec and admitted what is going to be stored.
    func note(_ verdict: Verdict) {
        guard let generation = verdict.judgedGeneration, !verdict.dryRun, verdict.allowed else { return }
        note(uid: verdict.object.uid, generation: generation)
    }

    /// Leaves a mark; at once, from any thread.
    package func note(uid: ExactString, generation: Int64) {
        Self.note(uid: uid, generation: generation, in: queue)
    }

    static func note(uid: ExactString, generation: Int64, in queue: MarkQueue) {
        guard let run = JudgedRun(uid: uid, generation: generation) else { return }
        queue.add(run)
    }

    // MARK: The task that writes

    /// Writes marks until the task is cancelled.
    package func run() async { await writer.run() }

    /// Writes what waits, for so long at the most, once ``run()`` has ended; how many marks were lost.
    package func finish(within timeout: Duration) async -> Int {
        let (seconds, attoseconds) = timeout.components
        return await writer.finish(withinMilliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    /// Ends the connections to the API server.
    package func close() { client.close() }

    /// Marks that are not written yet.
    var waitingCount: Int { writer.waitingCount }

    // MARK: The audit

    /// All marks there are now, of all replicas.
    ///
    /// - Throws: `MarksFailure`, which says what to do.
    package func read() async throws(MarksFailure) -> KnownMarks { try await reader.read() }

    /// Removes marks that are of no use any more; one replica at a time should.
    ///
    /// A mark of none of `active` is removed once this has seen it so for ten minutes: so must every run be there that is not over,
    /// in its present generation, whether the audit has judged it or not.
    ///
    /// - Returns: how many were removed.
    /// - Throws: `MarksFailure`, which says what to do.
    @discardableResult
    package func drop(allBut active: some Sequence<ReviewMark>) async throws(MarksFailure) -> Int {
        try await reader.drop(allBut: SortedMarks(active.lazy.map(\.bits)))
    }
}
