import NIOCore
import TLS

/// The application's place in the pipeline: writes down what arrives, and lets a test react from within.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Seen: Hashable {
        case handshake(TLSHandshakeEvent)
        case bytes(Int)
        case readComplete
        case inputClosed
        case error(TLSError)
        case inactive
    }

    private(set) var seen: [Seen] = []
    private(set) var received = ByteBuffer()
    var onHandshake: ((ChannelHandlerContext) -> Void)?
    var onRead: ((ChannelHandlerContext) -> Void)?
    var onReadComplete: ((ChannelHandlerContext) -> Void)?
    var onError: ((ChannelHandlerContext) -> Void)?

    var errors: [TLSError] {
        seen.compactMap { if case .error(let error) = $0 { error } else { nil } }
    }

    var handshakes: [TLSHandshakeEvent] {
        seen.compactMap { if case .handshake(let event) = $0 { event } else { nil } }
    }

    var failures: [HandshakeFailure] {
        errors.compactMap { if case .handshake(let reason) = $0 { reason } else { nil } }
    }

    /// Starts over with an empty record.
    func forget() {
        seen = []
        received.clear()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as TLSHandshakeEvent:
            seen.append(.handshake(event))
            onHandshake?(context)
        case ChannelEvent.inputClosed:
            seen.append(.inputClosed)
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        seen.append(.bytes(buffer.readableBytes))
        received.writeImmutableBuffer(buffer)
        onRead?(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        seen.append(.readComplete)
        onReadComplete?(context)
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { seen.append(.error(error)) }
        onError?(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        seen.append(.inactive)
        context.fireChannelInactive()
    }
}

/// The socket's place in the pipeline: counts what is asked of it, and can hold writes back as a full socket does.
final class SocketDouble: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var readCount = 0
    private(set) var writeCount = 0
    private(set) var flushCount = 0
    /// Takes writes without completing them.
    var isStuck = false
    private var stuckPromises: [EventLoopPromise<Void>] = []

    func read(context: ChannelHandlerContext) {
        readCount += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writeCount += 1
        if isStuck {
            if let promise { stuckPromises.append(promise) }
        } else {
            context.write(data, promise: promise)
        }
    }

    func flush(context: ChannelHandlerContext) {
        flushCount += 1
        context.flush()
    }

    /// The stuck writes get through after all.
    func release() {
        isStuck = false
        for promise in stuckPromises { promise.succeed() }
        stuckPromises = []
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for promise in stuckPromises { promise.fail(ChannelError.ioOnClosedChannel) }
    }
}
