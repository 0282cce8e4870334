import ClusterState
import FakeAPIServer
import Foundation
import JSONPull
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Prometheus
import Synchronization
import TestPatience

@testable import AdmissionServer

/// A recorder that writes to a fake API server, by a clock that the test moves.
struct EventsUnderTest: Sendable {
    let recorder: EventRecorder
    let metrics = AdmissionMetrics()
    let log = LogRecorder()
    private let server: FakeAPIServer
    private let clock: Clock

    private final class Clock: Sendable {
        private let milliseconds = Mutex<Int64>(0)

        var now: ClaimMoment { .at(milliseconds.withLock { $0 }) }

        func move(by amount: Int64) { milliseconds.withLock { $0 += amount } }
    }

    init(_ server: FakeAPIServer, starts: Bool = true) throws {
        (self.server, clock) = (server, Clock())
        let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        let client = try APIClient(on: MultiThreadedEventLoopGroup.singleton.next(), files: files) {
            () throws(AccessError) in
            try Kubeconfig.decode(Array(server.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
        }
        let recorder = log
        self.recorder = EventRecorder(
            client: client,
            replica: "replica-1",
            metrics: metrics.events,
            now: { [clock] in clock.now },
            interval: .milliseconds(5),
            logger: Logger(label: "test") { _ in recorder.handler() }
        )
        if starts { self.recorder.start() }
    }

    func moveClock(by milliseconds: Int64) { clock.move(by: milliseconds) }

    /// The figures of Events that are not 0, `created_total{reason="RunDenied"} 1`.
    var figures: [String] {
        let prefix = AdmissionMetrics.prefix + "events_"
        return String(decoding: metrics.registry.text(), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix(prefix) && !$0.hasSuffix(" 0") }
            .map { String($0.dropFirst(prefix.count)) }
    }

    /// The Events there are.
    var events: [[String: Any]] {
        get async throws { try await server.objects(in: .events).map(\.json) }
    }

    /// How often what happened to the only Event there is, as far as it says; 0 without one.
    var count: Int {
        get async throws {
            let events = try await events
            guard events.count == 1 else { return 0 }
            return (events[0]["series"] as? [String: Any])?["count"] as? Int ?? 1
        }
    }

    struct NeverCame: Error {
        var figures: [String]
        var log: [String]
    }

    func until(_ condition: (EventsUnderTest) async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
        while !(try await condition(self)) {
            guard ContinuousClock.now < deadline else { throw NeverCame(figures: figures, log: log.lines) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
