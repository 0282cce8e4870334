import AdmissionServer
import AgentRuns
import ClusterState
import Dispatch
import FakeAPIServer
import HTTPServer
import JSONPull
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Policy
import Synchronization
import TestPatience

/// A replica of the webhook that claims branches on a fake API server.
final class Replica: Sendable {
    static let runs = ClusterSource(kind: .agentRun, namespace: nil)
    static let jobs = ClusterSource(kind: .job, namespace: nil)

    let store: ClusterStore
    let keeper: ClaimKeeper
    let log = LogRecorder()
    let news = NewsRecorder()
    private let feed: ClusterFeed
    private let service: AdmissionService
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    /// A replica that does nothing yet; clocks are real, so the gap is as short as the test needs.
    init(
        _ server: FakeAPIServer,
        name: String = "replica-1",
        gapMilliseconds: Int64 = ClaimTiming.defaultGapMilliseconds,
        policy: AdmissionPolicy = .builtIn,
        sources: [ClusterSource] = [runs]
    ) throws {
        let recorder = log
        let logger = Logger(label: "test") { _ in recorder.handler() }
        store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            owner: .cluster(sources),
            reservations: ReservationLimits(lifetimeMilliseconds: 120_000),
            clock: Self.steady
        )
        let client = try Self.client(of: server)
        keeper = ClaimKeeper(
            .init(
                namespace: "system",
                replica: name,
                timing: ClaimTiming(gapMilliseconds: gapMilliseconds),
                scope: .cluster
            ),
            client: try Self.client(of: server),
            runs: store,
            environment: .init(
                now: {
                    ClaimMoment(wall: WallTime(milliseconds: 1_770_000_000_000 + Self.steady()), steady: Self.steady())
                },
                onNews: { [news] in news.add($0) }
            ),
            logger: logger
        )
        feed = ClusterFeed(
            sources: sources,
            client: client,
            store: store,
            timing: .withoutProgress,
            claims: keeper
        ) { _ in }
        let reviews = ReviewHandler(
            engine: Current(PolicyEngine(policy: policy)),
            state: store,
            claimer: keeper,
            now: { Timestamp(seconds: 1_770_000_000 + Self.steady() / 1000) },
            metrics: AdmissionMetrics(),
            log: ReviewLog(logger: logger)
        )
        service = AdmissionService(
            reviews: reviews,
            lanes: ReviewLanes(reviews, on: MultiThreadedEventLoopGroup.singleton),
            readinessChecks: [],
            version: ProductVersion()
        )
    }

    static func client(of server: FakeAPIServer) throws -> APIClient {
        let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        return try APIClient(on: MultiThreadedEventLoopGroup.singleton.next(), files: files) {
            () throws(AccessError) in
            try Kubeconfig.decode(Array(server.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
        }
    }

    @Sendable
    private static func steady() -> Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    /// Lists and watches, and waits until it has listed.
    func start() async throws {
        feed.start()
        try await until { replica in
            replica.store.sourceConditions.allSatisfy { if case .unsynced = $0.condition { false } else { true } }
        }
    }

    func stop() async { await feed.stop() }

    /// The answer to a review, whose time is long enough for a busy machine unless said otherwise.
    func post(_ review: Review, timeout: String = "30s") async throws -> ServiceUnderTest.Answer {
        let body = Array(review.text.utf8)
        let head = HTTPRequestHead(
            method: .post,
            target: "/validate?timeout=\(timeout)",
            version: .http11,
            contentType: "application/json",
            contentLength: body.count
        )
        let request = HTTPRequest(head: head, body: ByteBuffer(bytes: body))
        let promise = eventLoop.makePromise(of: HTTPResponse.self)
        eventLoop.execute { [self] in
            let response = service.answer(request, on: eventLoop) { response in
                if let response {
                    promise.succeed(response)
                } else {
                    promise.fail(NeverCame(log: ["the service failed"]))
                }
            }
            if let response { promise.succeed(response) }
        }
        let response = try await promise.futureResult.get()
        return ServiceUnderTest.Answer(response)
    }

    struct NeverCame: Error {
        var log: [String]
    }

    /// Waits until `condition` is true; half a minute is enough for everything a test waits for.
    func until(_ condition: @Sendable (Replica) async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
        while !(try await condition(self)) {
            guard ContinuousClock.now < deadline else { throw NeverCame(log: log.lines) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Keeps what is told of claims.
final class NewsRecorder: Sendable {
    private let told = Mutex<[ClaimNews]>([])

    func add(_ news: ClaimNews) { told.withLock { $0.append(news) } }

    /// In words: `second has codex/one of first`, `first is over, codex/one is free`.
    var lines: [String] {
        told.withLock { told in
            told.map { news in
                switch news {
                case .takenOver(let claim, let former):
                    "\(claim.holder.run.name) has \(claim.key.branch.head) of \(former.run.name)"
                case .released(let claim, let isOver):
                    "\(claim.holder.run.name) is \(isOver ? "over" : "elsewhere"), \(claim.key.branch.head) is free"
                }
            }
        }
    }
}

extension FakeAPIServer {
    /// A server with the namespaces the tests use, and no faults.
    func leases() async throws -> [StoredObject] { try await objects(in: .leases) }

    /// Stores the run of a review, as the API server does after the webhooks.
    @discardableResult
    func store(_ review: Review, phase: String? = nil) async throws -> StoredObject {
        let status = phase.map { #","status":{"phase":"\#($0)"}"# } ?? ""
        return try await create(
            json: String(review.object.dropLast()) + status + "}",
            in: .agentRuns,
            namespace: review.namespace
        )
    }
}
