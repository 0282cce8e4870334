internal import HTTPServer
internal import JSONPull
internal import NIOCore

/// Answers `/livez` and `/readyz`, wherever they are asked for.
struct HealthEndpoint: Sendable {
    private let livenessChecks: [HealthCheck]
    private let readinessChecks: [HealthCheck]

    /// - Parameter readinessChecks: what `/readyz` looks at, in the order it lists them.
    init(readinessChecks: [HealthCheck]) {
        livenessChecks = [.ping]
        self.readinessChecks = [.ping] + readinessChecks
    }

    func livez(_ request: HTTPRequest) -> HTTPResponse { answer("livez", livenessChecks, request) }

    func readyz(_ request: HTTPRequest) -> HTTPResponse { answer("readyz", readinessChecks, request) }

    private func answer(_ endpoint: String, _ checks: [HealthCheck], _ request: HTTPRequest) -> HTTPResponse {
        let report = HealthReport(endpoint, checks, isVerbose: Self.isVerbose(request.query))
        return HTTPResponse(
            status: report.isHealthy ? 200 : 503,
            contentType: "text/plain; charset=utf-8",
            headers: [("cache-control", "no-cache, private"), ("x-content-type-options", "nosniff")],
            body: ByteBuffer(string: report.text)
        )
    }

    /// `?verbose`, with or without a value, as kube-apiserver reads it.
    private static func isVerbose(_ query: String?) -> Bool {
        guard let query else { return false }
        return ExactString(query).split(at: "&").contains { $0 == "verbose" || $0.starts(with: "verbose=") }
    }
}
