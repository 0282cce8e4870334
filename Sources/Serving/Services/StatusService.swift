internal import AdmissionServer
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The server of the status page as a service, as long as that of the metrics.
struct StatusService: Service {
    private let server: HTTPServer
    private let logger: Logger

    init(
        _ settings: ServerSettings.Status,
        _ eventLoops: any EventLoopGroup,
        _ logger: Logger,
        document: @escaping @Sendable (any EventLoop) -> EventLoopFuture<StatusEndpoint.Document>
    ) {
        server = HTTPServer(
            configuration: .init(host: settings.host, port: settings.port, limits: StatusEndpoint.limits),
            group: eventLoops,
            security: .plaintext(.http1),
            service: StatusEndpoint(isLoopback: settings.isLoopback, document: document),
            logger: logger
        )
        self.logger = logger
    }

    func run() async throws {
        try await server.serveUntilStopped(
            as: "status",
            scheme: "http",
            path: "/",
            remedy: "--status-port is the flag, which may be left out",
            logger
        )
    }
}
