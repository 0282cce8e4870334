internal import NIOCore

/// Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6), and is gone once it is there.
///
/// Those behind it in the pipeline hear of the connection only then: what they send is for the server, TLS first, and the proxy
/// sees neither token nor object.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The head of an answer to CONNECT is some hundred bytes.
    private static let maximumHeadBytes = 16 << 10
    private static let headEnd = Array("\r\n\r\n".utf8)

    private let server: ServerAddress
    private let proxy: ServerAddress
    private let timeout: TimeAmount
    private var received = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isOver = false

    init(to server: ServerAddress, by proxy: ServerAddress, timeout: TimeAmount) {
        (self.server, self.proxy, self.timeout) = (server, proxy, timeout)
    }

    func channelActive(context: ChannelHandlerContext) {
        let request = "CONNECT \(server.authority) HTTP/1.1\r\nHost: \(server.authority)\r\n\r\n"
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            let (tunnel, context) = loopBound.value
            tunnel.fail(context, "gives no answer to CONNECT within \(tunnel.timeout.nanoseconds / 1_000_000_000) s")
        }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isOver else { return context.fireChannelRead(wrapInboundOut(bytes)) }
        // Looked for where it may end by the new bytes: a head that comes byte by byte is not read again and again.
        let start = max(0, received.readableBytes - Self.headEnd.count + 1)
        received.writeBuffer(&bytes)
        guard let end = endOfHead(from: start) else {
            if received.readableBytes > Self.maximumHeadBytes {
                fail(context, "answers CONNECT with something else than HTTP")
            }
            return
        }
        guard let head = received.readSlice(length: end) else { return }
        guard let status = Self.status(of: head) else {
            return fail(context, "answers CONNECT with something else than HTTP")
        }
        guard (200..<300).contains(status) else {
            return fail(context, "answers CONNECT \(server.authority) with \(status)")
        }
        finish(context)
    }

    /// Behind the blank line; nil before that has come.
    private func endOfHead(from start: Int) -> Int? {
        let view = received.readableBytesView
        var index = view.startIndex + start
        while index + Self.headEnd.count <= view.endIndex {
            if view[index..<(index + Self.headEnd.count)].elementsEqual(Self.headEnd) {
                return index + Self.headEnd.count - view.startIndex
            }
            index += 1
        }
        return nil
    }

    /// Of `HTTP/1.x NNN`; nil of anything else.
    private static func status(of head: ByteBuffer) -> Int? {
        let bytes = Array(head.readableBytesView.prefix(13))
        guard bytes.count == 13, bytes.starts(with: "HTTP/1.".utf8), bytes[8] == UInt8(ascii: " "),
            bytes[9...11].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            bytes[12] == UInt8(ascii: " ") || bytes[12] == UInt8(ascii: "\r")
        else { return nil }
        return bytes[9...11].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private func finish(_ context: ChannelHandlerContext) {
        isOver = true
        timer?.cancel()
        context.fireChannelActive()
        // A server that speaks first has said something already.
        if received.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(received))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func fail(_ context: ChannelHandlerContext, _ reason: String) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        context.fireErrorCaught(ProxyError(description: "the proxy \(proxy) \(reason); see what it allows"))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(context, "closes the connection before it answers CONNECT")
        context.fireChannelInactive()
    }
}

/// Why there is no tunnel.
struct ProxyError: Error, Hashable, CustomStringConvertible {
    let description: String
}
