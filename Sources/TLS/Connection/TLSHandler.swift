package import NIOCore

/// TLS in a channel pipeline, as server or client: ciphertext towards the socket, plaintext towards the application.
///
/// A server waits for its first bytes (`sniffing`), because a client that speaks plain HTTP by mistake deserves a
/// readable answer. What looks like TLS makes it `handshaking`, which a client is at once; when that is done it fires
/// ``TLSHandshakeEvent`` and is `open`. A close from either side, or an error, makes it `closing`: the last ciphertext, be it close_notify or an
/// alert, is on its way to the socket, and the channel is closed when it got there or after a limited time. Who spoke plain
/// HTTP is listened to until then, for a while. Then it is `closed`.
///
/// Reading follows the pipeline's demand. Plaintext is decrypted and fired only after a `read()` from downstream, which
/// a channel with `autoRead` sends by itself; without one, what has already arrived stays encrypted, and that is at
/// most one burst of the socket's reads, as nothing more is asked of the socket.
///
/// Writes are encrypted on `flush`, small ones together, and leave as one buffer. Back-pressure is the channel's own:
/// writability and write promises are those of the ciphertext.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// The default limit for a handshake.
    ///
    /// It takes two round trips and about a millisecond of work; ten seconds are also what a kube-apiserver waits for
    /// a whole review by default, so a client slower than this gets no answer anyway.
    package static let defaultHandshakeTimeout = TimeAmount.seconds(10)

    /// How long the last ciphertext may take to reach the socket before the channel is closed without it.
    ///
    /// The peer's close_notify is not waited for.
    static let closeTimeout = TimeAmount.seconds(5)

    /// How long, and how much of what it sends, a client that gets an answer in the clear is listened to after that.
    ///
    /// A socket that is closed with bytes unread resets the connection, and the answer is lost with it. A request that
    /// was meant for elsewhere is a review at the most.
    static let lingerTimeout = TimeAmount.seconds(1)
    static let maximumLingerBytes = 1 << 20

    /// What may be written before the end of the handshake.
    ///
    /// A server speaks second, so only settings or an error page come this early; a client should wait for
    /// ``TLSHandshakeEvent``.
    static let maximumBytesBeforeHandshake = 64 * 1024

    /// The smallest buffer for plaintext.
    ///
    /// Below this, one allocation costs more than the memory it saves.
    static let minimumPlaintextCapacity = 1024

    enum Phase {
        case idle
        case sniffing
        case handshaking
        case open
        case closing
        case closed
    }

    /// Which side this is.
    enum Endpoint {
        case server(TLSServerContext)
        case client(TLSClientContext, serverName: String)

        func makeConnection() throws(TLSError) -> TLSConnection {
            switch self {
            case .server(let context): try context.makeConnection()
            case .client(let context, let name): try context.makeConnection(serverName: name)
            }
        }
    }

    let endpoint: Endpoint
    let handshakeTimeout: TimeAmount
    /// How often the peer may change its keys.
    let maximumKeyUpdates: Int
    let allocator = ByteBufferAllocator()

    var phase = Phase.idle
    /// Nil before the channel is active and after it has closed.
    var connection: TLSConnection?
    /// The handshake's limit, later the close's.
    var timer: Scheduled<Void>?
    /// Whoever asked for the close that is under way.
    var closePromise: EventLoopPromise<Void>?

    /// Looks at what a client sends before OpenSSL does.
    var hello = ClientHelloScanner()

    /// What a client may still send that is not read any more before the connection is closed.
    var lingerBytes = 0

    // MARK: Reading

    /// Downstream asked for bytes and has not got any yet.
    var isReadWanted = false
    /// Downstream has asked at least once.
    var hasSeenRead = false
    /// Downstream asked again while it was being given bytes.
    var isReadWantedAgain = false
    /// Something is being fired: what re-enters must not decrypt.
    var isFiring = false
    /// Bytes were fired since the last read-complete.
    var hasFired = false
    /// There is ciphertext nobody has tried to decrypt.
    var hasUndecrypted = false
    /// The peer sent close_notify or the socket's input is closed; at most once told downstream.
    var isInputEnded = false
    /// The socket's input closed while plaintext was still held back.
    var isInputClosedHeld = false

    // MARK: Writing

    var writes = PlaintextQueue()
    /// A flush came before the handshake was done, or OpenSSL could not write.
    var isFlushWanted = false
    /// close_notify is sent and the channel's output closed, or about to be.
    var isOutputClosed = false

    /// The server's side.
    ///
    /// - Parameters:
    ///   - context: the certificate and rules of the listener.
    ///   - handshakeTimeout: from the channel's activation to the end of the handshake.
    ///   - maximumKeyUpdates: how often the client may change its keys before the connection is closed.
    package init(
        context: TLSServerContext,
        handshakeTimeout: TimeAmount = TLSHandler.defaultHandshakeTimeout,
        maximumKeyUpdates: Int = .max
    ) {
        endpoint = .server(context)
        self.handshakeTimeout = handshakeTimeout
        self.maximumKeyUpdates = maximumKeyUpdates
    }

    /// The client's side.
    ///
    /// - Parameters:
    ///   - context: whom to trust, and who to be.
    ///   - serverName: the DNS name or IP address the server's certificate must be for.
    ///   - handshakeTimeout: from the channel's activation to the end of the handshake.
    package init(
        context: TLSClientContext,
        serverName: String,
        handshakeTimeout: TimeAmount = TLSHandler.defaultHandshakeTimeout
    ) {
        endpoint = .client(context, serverName: serverName)
        self.handshakeTimeout = handshakeTimeout
        maximumKeyUpdates = .max
    }

    /// What the client showed a server that asked; nil without one, and before the end of the handshake.
    package var clientCertificate: ClientCertificate? { phase == .open ? connection?.clientCertificate : nil }

    var isClient: Bool {
        if case .client = endpoint { true } else { false }
    }

    // MARK: Lifecycle

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive {
            start(context)
        }
    }

    package func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        writes.fail(ChannelError.ioOnClosedChannel)
        connection = nil
        phase = .closed
    }

    package func channelInactive(context: ChannelHandlerContext) {
        let hasBegun = connection.map { $0.hasStarted } ?? false
        switch phase {
        case .sniffing, .handshaking:
            // A probe that connects and leaves without a byte is no failure.
            if hasBegun || isClient { context.fireErrorCaught(TLSError.handshake(reason: .truncated)) }
        case .open:
            // What came before the end is delivered, wanted or not: it will never be asked for again. A missing
            // close_notify is an end of stream; HTTP's own framing tells a cut message.
            isReadWanted = true
            decrypt(context)
        case .idle, .closing, .closed:
            break
        }
        becomeClosed()
        closePromise?.succeed()
        closePromise = nil
        context.fireChannelInactive()
    }

    /// Begins the handshake, once: as a server by waiting for the ClientHello, as a client by sending it.
    private func start(_ context: ChannelHandlerContext) {
        guard phase == .idle else { return }
        do throws(TLSError) {
            connection = try endpoint.makeConnection()
            connection?.maximumKeyUpdates = maximumKeyUpdates
        } catch {
            fail(context, error)
            return
        }
        phase = isClient ? .handshaking : .sniffing
        timer = schedule(handshakeTimeout, context) { handler, context in
            handler.fail(context, .handshake(reason: .timedOut))
        }
        if isClient, let connection { stepHandshake(context, connection) }
        // The handshake's bytes are this handler's own affair, whether downstream reads or not.
        context.read()
    }

    /// Runs `action` on the event loop later, unless the result is cancelled.
    func schedule(
        _ delay: TimeAmount,
        _ context: ChannelHandlerContext,
        _ action: @escaping (TLSHandler, ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            action(self, context)
        }
    }

    /// Leaves nothing running and nothing waiting.
    func becomeClosed() {
        phase = .closed
        timer?.cancel()
        timer = nil
        writes.fail(ChannelError.ioOnClosedChannel)
    }
}
