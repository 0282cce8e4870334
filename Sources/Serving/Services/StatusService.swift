internal import AdmissionServer
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import Offline
internal import ServiceLifecycle

/// The server of the status page as a service, as long as that of the metrics.
struct StatusService: Service {
    /// What a page that has begun gets.
    private static let drainTimeout = TimeAmount.seconds(1)

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
        let address: SocketAddress
        do throws(HTTPServerError) {
            address = try await server.start()
        } catch {
            throw CommandFailure("\(error.description); --status-port is the flag, which may be left out")
        }
        logger.notice("status", metadata: ["address": "\(address.url("http"))/"])
        try? await gracefulShutdown()
        await server.shutdownGracefully(within: Self.drainTimeout)
    }
}
