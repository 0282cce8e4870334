import AgentRuns
import FakeAPIServer
import JSONPull
import Logging
import Prometheus
import Synchronization
import TestPatience
import Testing

@testable import AdmissionServer

/// The time of a replica, which stands still unless it is moved.
final class HandMovedClock: Sendable {
    private let milliseconds = Atomic<Int64>(0)

    var now: Int64 { milliseconds.load(ordering: .relaxed) }

    func move(by time: Int64) { milliseconds.add(time, ordering: .relaxed) }
}

/// A replica that leaves marks.
final class Marker: Sendable {
    let marks: ReviewMarks
    let log = LogRecorder()
    let clock = HandMovedClock()
    let metrics = AdmissionMetrics()

    /// A replica that keeps marks in `server`, `seed` says in which of the ConfigMaps; `now` is another clock than ``clock``.
    init(_ server: FakeAPIServer, seed: UInt64 = 0, now: (@Sendable () -> Int64)? = nil) throws {
        let (recorder, clock) = (log, clock)
        marks = ReviewMarks(
            namespace: "system",
            client: try Replica.client(of: server),
            metrics: metrics.marks,
            environment: .init(monotonicMilliseconds: now ?? { clock.now }, jitter: { 0 }, seed: seed),
            logger: Logger(label: "test") { _ in recorder.handler() }
        )
    }

    func note(_ runs: Range<Int>, generation: Int64 = 1) {
        for run in runs { marks.note(uid: Self.uid(run), generation: generation) }
    }

    static func uid(_ run: Int) -> ExactString {
        let digits = String(run, radix: 16)
        return ExactString("0b3a1c52-9d47-4f6e-8a21-" + String(repeating: "0", count: 12 - digits.utf8.count) + digits)
    }

    static func mark(_ run: Int, generation: Int64 = 1) throws -> ReviewMark {
        try #require(ReviewMark(uid: uid(run), generation: generation))
    }

    /// Writes what waits.
    func finish() async -> Int { await marks.finish(within: .seconds(20)) }

    func marks(_ count: MarkCount) -> Int64 { metrics.marks.marks[count]?.value ?? -1 }

    func writes(_ result: MarkWriteResult) -> Int64 { metrics.marks.writes[result]?.value ?? -1 }

    /// Waits until `condition` is true; half a minute, as far as nothing slows the tests down, is enough for all they wait for.
    static func settle(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
        while !(try await condition()) {
            try #require(ContinuousClock.now < deadline, "it never came")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
