internal import AdmissionServer
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The server of the metrics as a service, from the start to the very end: a drain can be watched.
struct MetricsService: Service {
    private let server: HTTPServer
    private let scheme: String
    private let logger: Logger

    init(
        _ endpoint: MetricsEndpoint,
        _ settings: ServerSettings.Metrics,
        host: String?,
        _ certificate: ServingCertificate,
        _ eventLoops: any EventLoopGroup,
        _ logger: Logger
    ) {
        server = HTTPServer(
            configuration: .init(host: host, port: settings.port, limits: MetricsEndpoint.limits),
            group: eventLoops,
            security: settings.usesTLS ? .tls { certificate.context.value } : .plaintext(.http1),
            service: endpoint,
            logger: logger
        )
        scheme = settings.usesTLS ? "https" : "http"
        self.logger = logger
    }

    func run() async throws {
        try await server.serveUntilStopped(
            as: "metrics",
            scheme: scheme,
            path: "/metrics",
            remedy: "--metrics-port is the flag, `--metrics-port none` does without",
            logger
        )
    }
}
