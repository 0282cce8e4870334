internal import AdmissionServer
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import Offline
internal import ServiceLifecycle

/// The HTTPS server as a service: listens once the cluster state is known or watched, drains when asked to stop.
struct WebhookService: Service {
    /// How the server stops.
    struct Drain: Sendable {
        /// For so long new connections are still served: clients have to hear first that this server is going.
        var delay: Duration
        /// All the time there is, the delay included.
        var timeout: Duration
        let wait: DrainDelay
        let stopping: Stopping
    }

    let server: HTTPServer
    let source: any StateSource
    let drain: Drain
    let listening: Listening
    /// Whether HTTP/2 is offered, and why.
    let http2: String
    let logger: Logger
    let onListening: @Sendable (SocketAddress) -> Void

    func run() async throws {
        try await source.waitUntilServable()
        // A signal while the state was read: there is nothing to drain, and nobody to be served any more.
        guard !Task.isShuttingDownGracefully else { return }
        let address: SocketAddress
        do throws(HTTPServerError) {
            address = try await server.start()
        } catch {
            throw CommandFailure(error.description)
        }
        listening.begin()
        onListening(address)
        logger.notice("ready", metadata: ["address": "\(address.url("https"))", "http2": "\(http2)"])
        // Ends by a signal, or because another service failed: either way the server has to be stopped.
        try? await gracefulShutdown()
        await stop()
    }

    private func stop() async {
        let start = ContinuousClock.now
        drain.stopping.begin()
        logger.notice("stopping", metadata: ["connections": "\(server.connectionCount)"])
        await server.retire()
        await drain.wait.wait(drain.delay)
        let left = drain.timeout - (ContinuousClock.now - start)
        await server.shutdownGracefully(within: max(.zero, TimeAmount(left)))
        logger.notice("stopped")
    }
}
