internal import Logging
internal import NIOCore
internal import TLS

/// The protocols a connection can carry.
enum HTTPProtocol {
    case http1
    case http2

    /// What ALPN chose.
    ///
    /// A client that offers nothing speaks HTTP/1.1 (RFC 7301 leaves that to the application).
    init(applicationProtocol: String?) {
        self = applicationProtocol == "h2" ? .http2 : .http1
    }
}

/// Adds the handlers of HTTP/1.1 or HTTP/2 when the TLS handshake says which, and takes itself out.
///
/// It happens inside the event, hence before the first plaintext comes up the pipeline.
final class ProtocolDispatchHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let installer: ProtocolInstaller

    init(installer: ProtocolInstaller) {
        self.installer = installer
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .completed(let applicationProtocol, _, _) = event as? TLSHandshakeEvent {
            do {
                try installer.install(HTTPProtocol(applicationProtocol: applicationProtocol), on: context.channel)
                context.pipeline.syncOperations.removeHandler(self, promise: nil)
            } catch {
                context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The handshake failed; the TLS handler has told the client why. Scanners and health checks do this all day.
        installer.logger.debug("TLS handshake failed", metadata: ["reason": "\(error)"])
        context.close(promise: nil)
    }
}
