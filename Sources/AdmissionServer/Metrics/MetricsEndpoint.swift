package import HTTPServer
package import NIOCore
package import Prometheus

/// Answers `GET /metrics`, and the probes of a kubelet, on a port of its own: scrapers then need no way to where reviews are
/// answered, a slow one costs reviews nothing, and whoever fills the server of the reviews does not make it look dead.
package struct MetricsEndpoint: HTTPService {
    /// What a scraper, or several, may make the server hold: a text is about 30 KB, made anew for each scrape.
    package static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        // Two Prometheus servers, a kubelet's three probes, a person, and as many again whose connections are not closed yet.
        limits.maximumConnections = 16
        limits.maximumBodyBytes = 1024
        // For texts that wait for scrapers behind a slow line: one for each of them, and as much again.
        limits.maximumBufferedBytes = 1024 * 1024
        limits.maximumHeaderBytes = 8 * 1024
        // Prometheus gives a whole scrape ten seconds by default, and scrapes once a minute.
        limits.headerTimeout = .seconds(5)
        limits.bodyTimeout = .seconds(5)
        limits.writeTimeout = .seconds(10)
        limits.idleTimeout = .seconds(150)
        return limits
    }

    private let registry: MetricsRegistry
    private let health: HealthEndpoint

    /// - Parameters:
    ///   - registry: what `/metrics` tells.
    ///   - readinessChecks: what `/readyz` looks at, in the order it lists them.
    package init(registry: MetricsRegistry, readinessChecks: [HealthCheck]) {
        self.registry = registry
        health = HealthEndpoint(readinessChecks: readinessChecks)
    }

    package func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard ["/metrics", Route.livez.path, Route.readyz.path].contains(head.path) else {
            return ErrorAnswer.make(
                404,
                "metrics are at /metrics, and there are /livez and /readyz; reviews have another port"
            )
        }
        guard [.get, .head].contains(head.method) else {
            return ErrorAnswer.make(405, "use GET", headers: [("allow", "GET, HEAD")])
        }
        return nil
    }

    package func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? {
        switch Route(path: request.path) {
        case .livez: return health.livez(request)
        case .readyz: return health.readyz(request)
        case .validate, .version, nil:
            let format = ExpositionFormat(accept: request.head.accept)
            let text = ByteBuffer(bytes: registry.text(as: format))
            // A cache must not give one to who asked for the other.
            return HTTPResponse(
                status: 200,
                contentType: format.contentType,
                headers: [("vary", "accept")],
                body: text
            )
        }
    }

    package func answer(to error: HTTPRequestError) -> HTTPResponse { ErrorAnswer.make(error) }
}
