import AgentRuns
import ClusterState
import Dispatch
import HTTPServer
import Logging
import NIOCore
import NIOPosix
import Policy
import Prometheus
import Synchronization
import Testing

@testable import AdmissionServer

/// The webhook on a port of its own, with one event loop, and reviews beside it that take until the test lets them go on.
final class SlowJudgement: Sendable {
    /// What a review whose body is large looks like: it is this long.
    static let (mediumBytes, largeBytes) = (48 << 10, 768 << 10)

    let metrics = AdmissionMetrics()
    let inFlight = ReviewsInFlight()
    let server: HTTPServer
    private let gate = Gate()
    private let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let judgingLoops = MultiThreadedEventLoopGroup(numberOfThreads: ReviewLanes.threadCount)

    /// Where who judges beside the event loop waits.
    private final class Gate: Sendable {
        let arrivals = Atomic(0)
        private let semaphore = DispatchSemaphore(value: 0)

        func pass() {
            arrivals.add(1, ordering: .relaxed)
            semaphore.wait()
        }

        func letThrough(_ count: Int) {
            for _ in 0..<count { semaphore.signal() }
        }
    }

    init(limits: ReviewLanes.Limits = ReviewLanes.Limits()) {
        let policy = AdmissionPolicy.builtIn
        let store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            clock: { 0 }
        )
        store.replace(with: LoadedManifests(projection: store.projection))
        let slow = Array(judgingLoops.makeIterator())
        let gate = gate
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let reviews = ReviewHandler(
            engine: Current(PolicyEngine(policy: policy)),
            state: store,
            now: {
                // Asked once for each judgement.
                if slow.contains(where: \.inEventLoop) { gate.pass() }
                return Timestamp(seconds: 1_770_000_000)
            },
            inFlight: inFlight,
            metrics: metrics,
            log: ReviewLog(logger: logger)
        )
        server = HTTPServer(
            configuration: .init(host: "127.0.0.1", port: 0),
            group: eventLoops,
            security: .plaintext(.http1),
            service: AdmissionService(
                reviews: reviews,
                lanes: ReviewLanes(reviews, on: judgingLoops, limits: limits),
                readinessChecks: [],
                version: ProductVersion()
            ),
            logger: logger
        )
    }

    func start() async throws -> Int { try #require(try await server.start().port) }

    /// Waits until so many reviews in all have begun to be judged beside the event loop.
    func waitForJudgement(_ count: Int = 1) async throws {
        while gate.arrivals.load(ordering: .relaxed) < count { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Lets so many of them go on, now or when they come.
    func goOn(_ count: Int = 1) { gate.letThrough(count) }

    func stop() async throws {
        goOn(1000)
        await server.shutdownGracefully(within: .seconds(30))
        try await judgingLoops.shutdownGracefully()
        try await eventLoops.shutdownGracefully()
    }

    /// A series of the metrics.
    func metric(_ series: String) -> String? {
        String(decoding: metrics.registry.text(), as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("agentrun_admission_\(series) ")
        }?.split(separator: " ").last.map(String.init)
    }

    /// A request to review a run of that name whose body has so many bytes more than it needs.
    static func post(_ name: String, padding: Int = 0) -> String {
        var review = Review(uid: "uid-of-\(name)", name: name, head: "codex/\(name)")
        review.metadata = #","annotations":{"a":"\#(String(repeating: "a", count: padding))"}"#
        let body = review.text
        return """
            POST /validate?timeout=30s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\
            Content-Length: \(body.utf8.count)\r\n\r\n\(body)
            """
    }

    /// What the answer to it has in it.
    static func answer(_ name: String) -> String { #""uid":"uid-of-\#(name)","allowed":true"# }
}
