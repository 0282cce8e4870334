import NIOCore
import NIOHTTP1
import TLS

/// One connection: collects requests, and writes answers as raw bytes, so that they can be wrong.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    /// What a kube-apiserver takes.
    static let maximumBodyBytes = 3 << 20
    /// Bodies up to this are sent with their length, as Go's server does; larger ones in chunks.
    static let maximumUnchunkedBytes = 2048
    static let chunkBytes = 256 << 10

    /// Counted from 1 in the order they came.
    var number = 0
    let core: ServerCore
    let tls: TLSHandler?
    private(set) var context: ChannelHandlerContext?
    /// The watch this connection serves.
    var watch: WatchStream?

    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var drip: Drip?
    private var isFlushScheduled = false
    private var isClosing = false

    /// Output that leaves a few bytes at a time.
    private struct Drip {
        var bytes: Int
        var interval: TimeAmount
        var waiting = ByteBuffer()
        var isRunning = false
    }

    init(core: ServerCore, tls: TLSHandler?) {
        self.core = core
        self.tls = tls
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Only now: what is closed before would never be told of its end.
    func channelActive(context: ChannelHandlerContext) {
        core.add(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.stop()
        core.remove(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ByteBuffer()
            // It was for the answer before.
            if drip?.isRunning == false { drip = nil }
        case .body(var bytes):
            body.writeBuffer(&bytes)
            if body.readableBytes > Self.maximumBodyBytes { refuseBody() }
        case .end:
            guard let head else { return }
            self.head = nil
            core.receive(ReceivedRequest(head: head, body: body, connection: number), on: self)
        }
    }

    private func refuseBody() {
        head = nil
        let limit = "Request entity too large: limit is \(Self.maximumBodyBytes)"
        send(.failure(StatusError(code: 413, reason: "RequestEntityTooLarge", message: limit)))
        close()
    }

    // MARK: Answers

    func send(_ answer: Answer) {
        if answer.body.readableBytes <= Self.maximumUnchunkedBytes {
            write(headBytes(answer, framing: "Content-Length: \(answer.body.readableBytes)"))
            write(answer.body)
        } else {
            beginChunks(answer)
            var body = answer.body
            while let slice = body.readSlice(length: min(Self.chunkBytes, body.readableBytes)), slice.readableBytes > 0
            {
                writeChunk(slice)
            }
            endChunks()
        }
    }

    func beginChunks(_ answer: Answer) {
        write(headBytes(answer, framing: "Transfer-Encoding: chunked"))
    }

    func writeChunk(_ bytes: ByteBuffer) {
        write(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n"))
        write(bytes)
        write(ByteBuffer(string: "\r\n"))
    }

    func endChunks() {
        write(ByteBuffer(string: "0\r\n\r\n"))
    }

    /// Announces all of `bytes`, sends half and closes.
    func writeTruncatedChunk(_ bytes: ByteBuffer) {
        write(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n"))
        write(bytes.getSlice(at: bytes.readerIndex, length: bytes.readableBytes / 2) ?? ByteBuffer())
        close()
    }

    private func headBytes(_ answer: Answer, framing: String) -> ByteBuffer {
        let status = HTTPResponseStatus(statusCode: answer.code)
        var lines = [
            "HTTP/1.1 \(answer.code) \(status.reasonPhrase)", "Cache-Control: no-cache, private",
            "Content-Type: \(answer.contentType)", "Date: \(core.store.httpDate)", framing,
        ]
        if let seconds = answer.retryAfterSeconds { lines.append("Retry-After: \(seconds)") }
        return ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n")
    }

    // MARK: Bytes

    /// From now on so many bytes leave at a time.
    func slowDown(bytes: Int, interval: TimeAmount) {
        drip = Drip(bytes: max(1, bytes), interval: interval)
    }

    /// Writes; everything of one turn of the event loop leaves together.
    func write(_ bytes: ByteBuffer) {
        guard let context, !isClosing else { return }
        if drip != nil {
            drip?.waiting.writeImmutableBuffer(bytes)
            runDrip()
            return
        }
        context.write(wrapOutboundOut(bytes), promise: nil)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { [self] in
            isFlushScheduled = false
            self.context?.flush()
        }
    }

    private func runDrip() {
        guard drip?.isRunning == false, let context else { return }
        drip?.isRunning = true
        step(context)
    }

    private func step(_ context: ChannelHandlerContext) {
        guard let current = drip,
            let next = drip?.waiting.readSlice(length: min(current.bytes, current.waiting.readableBytes)),
            next.readableBytes > 0
        else {
            drip?.isRunning = false
            if isClosing { context.close(promise: nil) }
            return
        }
        context.writeAndFlush(wrapOutboundOut(next), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: current.interval) { [self] in
            guard let context = self.context else { return }
            step(context)
        }
    }

    /// Closes at once, whatever has not left yet.
    func abort() {
        isClosing = true
        context?.close(promise: nil)
    }

    /// Closes when all that was written has left.
    func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        if drip?.isRunning == true { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            self.context?.close(promise: nil)
        }
    }
}
