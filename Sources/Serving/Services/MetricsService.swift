internal import AdmissionServer
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import Offline
internal import ServiceLifecycle

/// The server of the metrics as a service, from the start to the very end: a drain can be watched.
struct MetricsService: Service {
    /// What a scrape that has begun gets.
    private static let drainTimeout = TimeAmount.seconds(1)

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
        let address: SocketAddress
        do throws(HTTPServerError) {
            address = try await server.start()
        } catch {
            throw CommandFailure("\(error.description); --metrics-port is the flag, `--metrics-port none` does without")
        }
        logger.notice("metrics", metadata: ["address": "\(address.url(scheme))/metrics"])
        try? await gracefulShutdown()
        await server.shutdownGracefully(within: Self.drainTimeout)
    }
}

extension SocketAddress {
    /// As a person opens it.
    func url(_ scheme: String) -> String {
        let host = ipAddress ?? "unknown"
        let port = port.map(String.init) ?? "unknown"
        return host.utf8.contains(UInt8(ascii: ":")) ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }
}
