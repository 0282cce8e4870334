internal import NIOCore
internal import TLS

/// Adds the handlers of HTTP/1.1 or HTTP/2 when the TLS handshake says which, and takes itself out.
///
/// It happens inside the event, hence before the first plaintext comes up the pipeline.
final class ProtocolDispatchHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let installer: ProtocolInstaller
    private let log: HandshakeLog

    init(installer: ProtocolInstaller, log: HandshakeLog) {
        self.installer = installer
        self.log = log
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
        // The TLS handler has told the client why. Scanners and health checks do this all day: it is counted, and seldom told.
        if case .handshake(let failure) = error as? TLSError {
            installer.surroundings.observer.handshakeFailed(failure)
            if failure == .timedOut { installer.surroundings.observer.timedOut(.handshake) }
            log.note(failure, client: context.remoteAddress, now: context.eventLoop.now)
        }
        context.close(promise: nil)
    }
}
