internal import HTTPServer
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The HTTPS server as a service: listens once the cluster state is known or watched, drains when asked to stop.
struct WebhookService: Service {
    let server: HTTPServer
    let source: any StateSource
    let drainTimeout: TimeAmount
    let logger: Logger

    func run() async throws {
        try await source.waitUntilServable()
        let address: SocketAddress
        do throws(HTTPServerError) {
            address = try await server.start()
        } catch {
            throw CommandFailure(error.description)
        }
        logger.notice("ready", metadata: ["address": "\(Self.url(of: address))"])
        // Ends by a signal, or because another service failed: either way the server has to be stopped.
        try? await gracefulShutdown()
        logger.notice("stopping", metadata: ["connections": "\(server.connectionCount)"])
        await server.shutdownGracefully(within: drainTimeout)
        logger.notice("stopped")
    }

    private static func url(of address: SocketAddress) -> String {
        let host = address.ipAddress ?? "unknown"
        let port = address.port.map(String.init) ?? "unknown"
        return host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)"
    }
}
