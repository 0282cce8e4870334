internal import AdmissionServer
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import Offline
internal import ServiceLifecycle

extension HTTPServer {
    /// What an answer that has begun gets when the process ends.
    private static let drainTimeout = TimeAmount.seconds(1)

    /// Serves beside the reviews until the process stops.
    ///
    /// - Parameters:
    ///   - name: what the log says once it listens.
    ///   - scheme: `http` or `https`.
    ///   - path: behind the address in the log.
    ///   - remedy: what to do when it cannot listen.
    ///   - logger: is told the address.
    /// - Throws: `CommandFailure` when it cannot listen.
    func serveUntilStopped(
        as name: Logger.Message,
        scheme: String,
        path: String,
        remedy: String,
        _ logger: Logger
    ) async throws {
        let address: SocketAddress
        do throws(HTTPServerError) {
            address = try await start()
        } catch {
            throw CommandFailure("\(error.description); \(remedy)")
        }
        logger.notice(name, metadata: ["address": "\(address.url(scheme))\(path)"])
        try? await gracefulShutdown()
        await shutdownGracefully(within: Self.drainTimeout)
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
