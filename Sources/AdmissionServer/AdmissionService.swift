package import HTTPServer
package import NIOCore
private import NIOPosix
internal import Policy

/// The webhook's side of HTTP: which path and method leads where, and what an error looks like.
package struct AdmissionService: HTTPService {
    private let reviews: ReviewHandler
    private let lanes: ReviewLanes
    /// One for each event loop, which is a thread.
    private let batches = ThreadSpecificVariable<ReviewBatch>()
    private let health: HealthEndpoint
    private let version: ProductVersion

    /// - Parameters:
    ///   - reviews: answers `/validate`.
    ///   - lanes: judge large reviews.
    ///   - readinessChecks: what `/readyz` looks at, in the order it lists them.
    ///   - version: what `/version` tells, beside the policy.
    package init(
        reviews: ReviewHandler,
        lanes: ReviewLanes,
        readinessChecks: [HealthCheck],
        version: ProductVersion
    ) {
        self.reviews = reviews
        self.lanes = lanes
        health = HealthEndpoint(readinessChecks: readinessChecks)
        self.version = version
    }

    package func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard let route = Route(path: head.path) else { return ErrorAnswer.notFound(head) }
        guard route.methods.contains(head.method) else { return ErrorAnswer.methodNotAllowed(head, route) }
        guard route == .validate else { return nil }
        guard let contentType = head.contentType, MediaType.isJSON(contentType) else {
            return ErrorAnswer.unsupportedMediaType(head.contentType)
        }
        if let encoding = head.contentEncoding, !MediaType.isIdentity(encoding) {
            return ErrorAnswer.unsupportedEncoding(encoding)
        }
        return nil
    }

    package func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? {
        switch Route(path: request.path) {
        case .validate: review(request, on: eventLoop, later)
        case .livez: health.livez(request)
        case .readyz: health.readyz(request)
        case .version: versionAnswer
        case nil: ErrorAnswer.notFound(request.head)
        }
    }

    private var versionAnswer: HTTPResponse {
        let body = version.encoded(policy: reviews.engine.value.policy)
        return HTTPResponse(status: 200, contentType: MediaType.json, body: ByteBuffer(bytes: body))
    }

    /// There is no queue for reviews beyond those in flight, and a short one for large reviews: an API server that is told so
    /// at once has time to try again, and perhaps reaches another replica.
    private func review(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        _ later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? {
        guard reviews.inFlight.take() else {
            reviews.metrics.transport.shed(.inFlight)
            return ErrorAnswer.busy
        }
        let request = ReviewRequest(request)
        guard let lane = lanes.lane(for: request) else {
            batch(on: eventLoop).add(PendingReview(request, answer: later))
            return nil
        }
        guard lane.take(request, from: eventLoop, later) else {
            reviews.inFlight.giveBack(1)
            reviews.metrics.transport.shed(.judging)
            return ErrorAnswer.busy
        }
        return nil
    }

    package func answer(to error: HTTPRequestError) -> HTTPResponse {
        ErrorAnswer.make(error)
    }

    /// The batch of an event loop, made when it has its first review.
    private func batch(on eventLoop: any EventLoop) -> ReviewBatch {
        if let batch = batches.currentValue, batch.belongs(to: eventLoop) { return batch }
        let batch = ReviewBatch(on: eventLoop, handler: reviews)
        batches.currentValue = batch
        return batch
    }
}
