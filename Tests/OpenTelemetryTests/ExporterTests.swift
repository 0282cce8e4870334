import Dispatch
import FakeCollector
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Synchronization
import TestPatience
import Testing
import Tracing

@testable import OpenTelemetry

/// The exporter against a collector on a socket.
@Suite(.limit(minutes: 1)) struct `An exporter` {
    /// An exporter with what it counts and logs.
    private final class Exporting: Sendable {
        private struct Figures {
            var exported = 0
            var dropped: [SpanDrop: Int] = [:]
            var lines: [String] = []
        }

        let queue: SpanQueue
        let tracer: SpanTracer
        private let figures: Figurer
        private let task: Task<Void, Never>

        init(_ endpoint: String, maximumCount: Int = SpanQueue.defaultMaximumCount, timing: SpanExporter.Timing) throws
        {
            let figures = Figurer()
            self.figures = figures
            let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
            let server = try #require(ServerAddress(endpoint))
            let client = try APIClient(
                on: MultiThreadedEventLoopGroup.singleton.next(),
                files: files,
                urgentConnections: 1
            ) {
                ClusterAccess(server: server, verification: .authorities(nil), token: .none)
            }
            queue = SpanQueue(maximumCount: maximumCount) { count in figures.drop(count, .queueFull) }
            tracer = SpanTracer(queue: queue)
            let exporter = SpanExporter(
                client: client,
                resource: SpanResource(name: "agentrun-admission", version: "0.1.0", instance: "pod-1"),
                queue: queue,
                counters: .init(exported: { figures.export($0) }, dropped: { figures.drop($0, $1) }),
                timing: timing,
                logger: Logger(label: "test") { _ in figures.handler() }
            )
            task = Task {
                var exporter = exporter
                await exporter.run()
                client.close()
            }
        }

        private final class Figurer: Sendable {
            let figures = Mutex(Figures())
            func export(_ count: Int) { figures.withLock { $0.exported += count } }
            func drop(_ count: Int, _ cause: SpanDrop) { figures.withLock { $0.dropped[cause, default: 0] += count } }
            func handler() -> any LogHandler { Handler(figurer: self) }
        }

        private struct Handler: LogHandler {
            let figurer: Figurer
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.info
            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }
            func log(event: LogEvent) {
                let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
                figurer.figures.withLock { $0.lines.append("\(event.message)\(reason)") }
            }
        }

        var exported: Int { figures.figures.withLock { $0.exported } }
        var dropped: [SpanDrop: Int] { figures.figures.withLock { $0.dropped } }
        var lines: [String] { figures.figures.withLock { $0.lines } }

        func end(_ count: Int) {
            for number in 0..<count {
                tracer.startSpan("s\(number)", context: .example(), ofKind: .internal, at: at(1)).end(at: at(2))
            }
        }

        func stop() async {
            task.cancel()
            await task.value
        }

        func until(_ condition: (Exporting) -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(20 * Patience.factor)
            while !condition(self) {
                try #require(ContinuousClock.now < deadline, "\(exported) \(dropped) \(lines)")
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    private static var quick: SpanExporter.Timing {
        var timing = SpanExporter.Timing()
        timing.longestWait = .milliseconds(20)
        timing.firstPause = .milliseconds(10)
        timing.longestPause = .milliseconds(50)
        timing.maximumTries = 3
        return timing
    }

    @Test func `sends what there is within a moment, and full batches at once`() async throws {
        let collector = try await FakeCollector()
        let exporting = try Exporting(collector.endpoint, timing: Self.quick)
        exporting.end(3)
        try await exporting.until { $0.exported == 3 }
        let first = try #require(collector.received.first)
        #expect(first.uri == "/v1/traces" && first.contentType == "application/json")
        #expect(collector.spans.map { $0["name"] } == ["s0", "s1", "s2"])
        exporting.end(1200)
        try await exporting.until { $0.exported == 1203 }
        #expect(exporting.dropped.isEmpty && exporting.lines.isEmpty)
        await exporting.stop()
        #expect(collector.spans.count == 1203)
        try await collector.close()
    }

    @Test func `has at most so many spans a request`() async throws {
        var timing = Self.quick
        timing.longestWait = .hours(1)
        let collector = try await FakeCollector()
        let exporting = try Exporting(collector.endpoint, timing: timing)
        exporting.end(SpanQueue.maximumBatch * 2)
        try await exporting.until { $0.exported == SpanQueue.maximumBatch * 2 }
        #expect(collector.received.count >= 2)
        await exporting.stop()
        try await collector.close()
    }

    @Test func `tries again what may do better later, and waits as it is told`() async throws {
        var timing = Self.quick
        timing.longestPause = .seconds(30)
        let collector = try await FakeCollector()
        collector.script(.answer(429, headers: [("Retry-After", "1")], body: ""), .answer(503), .hangUp)
        timing.maximumTries = 4
        let exporting = try Exporting(collector.endpoint, timing: timing)
        let start = ContinuousClock.now
        exporting.end(2)
        try await exporting.until { $0.exported == 2 }
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(collector.received.count == 4 && exporting.dropped.isEmpty)
        await exporting.stop()
        #expect(exporting.lines.count == 4 && exporting.lines.last == "spans are exported again", "\(exporting.lines)")
        try await collector.close()
    }

    @Test(arguments: [400, 401, 404, 413, 415, 500])
    func `does not try again what would do no better`(code: Int) async throws {
        let collector = try await FakeCollector()
        collector.script(afterwards: .answer(code, body: "<html>secret</html>"))
        let exporting = try Exporting(collector.endpoint, timing: Self.quick)
        exporting.end(2)
        try await exporting.until { $0.dropped == [.rejected: 2] }
        exporting.end(1)
        try await exporting.until { $0.dropped == [.rejected: 3] }
        #expect(collector.received.count == 2 && exporting.lines.count == 1, "\(exporting.lines)")
        #expect(exporting.lines[0].contains("\(code)") && !exporting.lines[0].contains("secret"))
        await exporting.stop()
        try await collector.close()
    }

    @Test func `counts what a collector takes in part`() async throws {
        let collector = try await FakeCollector()
        let body = #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too \u202e old"}}"#
        collector.script(.answer(200, body: body), .answer(200, body: #"{"partialSuccess":{"rejectedSpans":"70"}}"#))
        let exporting = try Exporting(collector.endpoint, timing: Self.quick)
        exporting.end(5)
        try await exporting.until { $0.exported == 3 && $0.dropped == [.rejected: 2] }
        exporting.end(5)
        // No more than there were.
        try await exporting.until { $0.dropped == [.rejected: 7] }
        #expect(exporting.exported == 3)
        #expect(exporting.lines.count == 1 && exporting.lines[0].contains(#""too \u202e old""#), "\(exporting.lines)")
        await exporting.stop()
        try await collector.close()
    }

    @Test(arguments: [FakeCollector.Behaviour.hangUp, .silence, .answer(503)])
    func `gives up on a batch in the end, and goes on with the next`(behaviour: FakeCollector.Behaviour) async throws {
        var timing = Self.quick
        timing.request = .milliseconds(100)
        let collector = try await FakeCollector()
        collector.script(behaviour, behaviour, behaviour)
        let exporting = try Exporting(collector.endpoint, timing: timing)
        exporting.end(2)
        try await exporting.until { $0.dropped == [.undelivered: 2] }
        exporting.end(1)
        try await exporting.until { $0.exported == 1 }
        #expect(collector.received.count == 4 && exporting.lines.count == 2, "\(exporting.lines)")
        await exporting.stop()
        try await collector.close()
    }

    @Test func `of a collector that is not there drops what it has no room for, and holds nobody up`() async throws {
        let collector = try await FakeCollector()
        let endpoint = collector.endpoint
        try await collector.close()
        var timing = Self.quick
        timing.firstPause = .hours(1)
        timing.longestPause = .hours(1)
        let exporting = try Exporting(endpoint, maximumCount: 100, timing: timing)
        exporting.end(1)
        try await exporting.until { !$0.lines.isEmpty }
        exporting.end(150)
        #expect(exporting.dropped == [.queueFull: 50] && exporting.queue.count == 100)
        #expect(exporting.lines.count == 1 && exporting.lines[0].contains("cannot reach"), "\(exporting.lines)")
        await exporting.stop()
        #expect(exporting.dropped == [.queueFull: 50, .undelivered: 101])
    }

    @Test func `sends what is left when it stops`() async throws {
        var timing = Self.quick
        timing.longestWait = .hours(1)
        let collector = try await FakeCollector()
        let exporting = try Exporting(collector.endpoint, timing: timing)
        exporting.end(7)
        await exporting.stop()
        #expect(exporting.exported == 7 && collector.spans.count == 7)
        exporting.end(1)
        #expect(exporting.dropped == [.queueFull: 1])
        try await collector.close()
    }

    @Test func `does not wait long for a silent collector when it stops`() async throws {
        var timing = Self.quick
        timing.farewell = .milliseconds(200)
        timing.request = .seconds(60)
        let collector = try await FakeCollector()
        collector.script(afterwards: .silence)
        let exporting = try Exporting(collector.endpoint, timing: timing)
        exporting.end(1)
        try await exporting.until { _ in collector.received.count == 1 }
        exporting.end(5)
        let start = ContinuousClock.now
        await exporting.stop()
        #expect(ContinuousClock.now - start < .seconds(10 * Patience.factor))
        #expect(exporting.dropped == [.undelivered: 6])
        try await collector.close()
    }
}
