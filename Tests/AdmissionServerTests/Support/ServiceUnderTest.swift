import AgentRuns
import ClusterState
import HTTPServer
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Policy
import Synchronization

@testable import AdmissionServer

/// The service with a state of its own, asked as the HTTP server would.
struct ServiceUnderTest: Sendable {
    /// An answer, its body as text.
    struct Answer: Sendable {
        var status: Int
        var body: String
        var headers: [String: String]
        var closesConnection = false

        /// Whether the review was allowed; nil when the answer is no review.
        var allowed: Bool? {
            if body.contains(#""allowed":true"#) { return true }
            return body.contains(#""allowed":false"#) ? false : nil
        }
    }

    let store: ClusterStore
    let log = LogRecorder()
    let engine: Current<PolicyEngine>
    let handler: ReviewHandler
    private let service: AdmissionService

    let metrics = AdmissionMetrics()

    init(
        policy: AdmissionPolicy = .builtIn,
        checks: [HealthCheck] = [],
        inFlight: ReviewsInFlight = ReviewsInFlight(),
        slowReview: TimeAmount = ReviewLog.defaultSlowReview,
        decisions: DecisionLog? = nil,
        marks: ReviewMarks? = nil
    ) {
        let recorder = log
        store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            clock: { 0 }
        )
        store.replace(with: LoadedManifests(projection: store.projection))
        engine = Current(PolicyEngine(policy: policy))
        handler = ReviewHandler(
            engine: engine,
            state: store,
            now: { Timestamp(seconds: 1_770_000_000) },
            inFlight: inFlight,
            metrics: metrics,
            log: ReviewLog(logger: Logger(label: "test") { _ in recorder.handler() }, slowReview: slowReview),
            decisions: decisions,
            marks: marks
        )
        // All are judged in the turn they come in, which the tests' own event loops have to make.
        var limits = ReviewLanes.Limits()
        limits.inlineBytes = .max
        service = AdmissionService(
            reviews: handler,
            lanes: ReviewLanes(handler, on: MultiThreadedEventLoopGroup.singleton, limits: limits),
            readinessChecks: checks,
            version: ProductVersion()
        )
    }

    func post(_ review: Review) -> Answer { post(review.text) }

    func post(_ body: String) -> Answer { ask(.post, "/validate?timeout=10s", body: Array(body.utf8)) }

    /// What the server does with a request: refusal by the head first, then the answer.
    func ask(
        _ method: HTTPRequestMethod,
        _ target: String,
        contentType: String? = "application/json",
        contentEncoding: String? = nil,
        body: [UInt8] = [],
        traceParent: TraceParent = .absent,
        receivedAt: NIODeadline = .now()
    ) -> Answer {
        let head = HTTPRequestHead(
            method: method,
            target: target,
            version: .http11,
            contentType: contentType,
            contentEncoding: contentEncoding,
            traceParent: traceParent,
            contentLength: body.count,
            receivedAt: receivedAt
        )
        if let refusal = service.refusal(of: head) { return Answer(refusal) }
        let request = HTTPRequest(head: head, body: ByteBuffer(bytes: body))
        let eventLoop = EmbeddedEventLoop()
        let later = LaterAnswer()
        if let response = service.answer(request, on: eventLoop, later: later.take) { return Answer(response) }
        // Reviews wait for the end of the turn.
        eventLoop.run()
        return later.response.map { Answer($0) } ?? Answer(status: 0, body: "not answered in this turn", headers: [:])
    }

    /// Hands a review to the service, whose answer then waits for the end of the event loop's turn.
    ///
    /// Returns the answer if it does not wait.
    @discardableResult
    func begin(
        _ review: Review,
        on eventLoop: EmbeddedEventLoop,
        _ later: LaterAnswer = LaterAnswer()
    ) -> HTTPResponse? {
        let head = HTTPRequestHead(
            method: .post,
            target: "/validate?timeout=10s",
            version: .http11,
            contentLength: nil
        )
        let request = HTTPRequest(head: head, body: ByteBuffer(string: review.text))
        return service.answer(request, on: eventLoop, later: later.take)
    }

    /// A review after all steps, the first at `time`; it is answered, but not counted and logged yet.
    func answered(_ review: Review, receivedAt: NIODeadline, at time: NIODeadline) -> PendingReview {
        let head = HTTPRequestHead(
            method: .post,
            target: "/validate?timeout=10s",
            version: .http2,
            contentLength: nil,
            receivedAt: receivedAt
        )
        let request = ReviewRequest(HTTPRequest(head: head, body: ByteBuffer(string: review.text)))
        let review = PendingReview(request) { _ in }
        handler.decode(review, at: time)
        handler.judge(review, by: engine.value)
        handler.answer(review)
        review.succeed()
        return review
    }

    func answer(to error: HTTPRequestError) -> Answer { Answer(service.answer(to: error)) }
}

/// Keeps an answer that comes later.
final class LaterAnswer {
    private(set) var response: HTTPResponse?

    func take(_ response: HTTPResponse?) { self.response = response }
}

extension ServiceUnderTest.Answer {
    init(_ response: HTTPResponse) {
        status = response.status
        closesConnection = response.closesConnection
        body = String(buffer: response.body)
        headers = Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 }
        headers["content-type"] = response.contentType
    }
}

/// Keeps what is logged.
final class LogRecorder: Sendable {
    private let entries = Mutex<[String]>([])

    /// Level, message and metadata of each line.
    var lines: [String] { entries.withLock { $0 } }

    fileprivate func append(_ line: String) { entries.withLock { $0.append(line) } }

    func handler() -> any LogHandler { Handler(recorder: self) }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            recorder.append("\(event.level) \(event.message) \(pairs.joined(separator: " "))")
        }
    }
}
