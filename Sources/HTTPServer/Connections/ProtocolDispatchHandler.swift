internal import Logging
internal import NIOCore
internal import TLS

/// Adds the handlers of HTTP/1.1 or HTTP/2 when the TLS handshake says which, and takes itself out.
///
/// It happens inside the event, hence before the first plaintext comes up the pipeline.
final class ProtocolDispatchHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let installer: ProtocolInstaller
    private let logger: Logger

    init(installer: ProtocolInstaller, logger: Logger) {
        self.installer = installer
        self.logger = logger
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
        // The TLS handler has told the client why. Scanners and health checks do this all day: it is counted, not logged.
        if case .handshake(let failure) = error as? TLSError {
            installer.surroundings.observer.handshakeFailed(failure)
            if failure == .timedOut { installer.surroundings.observer.timedOut(.handshake) }
        }
        logger.debug("TLS handshake failed", metadata: ["reason": "\(error)"])
        context.close(promise: nil)
    }
}
