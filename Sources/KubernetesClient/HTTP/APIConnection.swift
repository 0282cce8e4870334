internal import NIOCore
internal import NIOHTTP1
internal import TLS

/// A connection to the API server: one request at a time, kept for the next one.
///
/// It is `opening` until TLS is done, then `idle` or `busy`. An answer that is an error is read to its end, up to a
/// limit, for the Status in it. It belongs to the endpoint it was made for, and carries nothing more once the server has
/// refused who it is there.
final class APIConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// A Status with its causes is a few KB; a proxy's page is of no interest.
    private static let maximumErrorBytes = 256 << 10
    /// Shorter than what load balancers keep idle connections for, so that a dead one is hardly ever used.
    private static let idleTimeout = TimeAmount.seconds(45)

    private enum State {
        case opening
        case idle
        case busy(Exchange)
        case closed
    }

    /// What is known of the answer under way.
    private struct Answer {
        var head: HTTPResponseHead
        var errorBody: [UInt8] = []

        var isSuccess: Bool { (200..<300).contains(Int(head.status.code)) }
    }

    /// What it was made with, later what the request under way was sent with.
    private(set) var credential: Credential
    private let clock: ServerClock?
    private let owner: APIConnections
    private var state = State.opening
    private var answer: Answer?
    private var context: ChannelHandlerContext?
    private var idleTimer: Scheduled<Void>?
    private var error: (any Error)?
    /// It has carried a request before.
    private(set) var isUsed = false

    /// The server does not take who it is there.
    private var isRefused = false

    /// When the request under way was sent, by ``clock``.
    private var sentAt: Int64 = 0

    init(_ credential: Credential, clock: ServerClock?, owner: APIConnections) {
        (self.credential, self.clock, self.owner) = (credential, clock, owner)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    // MARK: Sending

    /// Sends a request on an idle connection.
    func begin(_ exchange: Exchange, _ credential: Credential) {
        idleTimer?.cancel()
        idleTimer = nil
        guard case .idle = state, let context else { return exchange.fail(.broken(reason: "it is closed")) }
        state = .busy(exchange)
        self.credential = credential
        exchange.connection = self
        answer = nil
        if let clock { sentAt = clock.now() }
        let head = exchange.request.head(
            for: credential.endpoint.server,
            token: credential.token,
            evenInTheClear: owner.flaws.contains(.sendsTokensInTheClear)
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body = exchange.request.body {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes it: the request on it is given up.
    func abandon() {
        become(.closed)
        context?.close(promise: nil)
    }

    private func become(_ next: State) {
        idleTimer?.cancel()
        idleTimer = nil
        let wasClosed = if case .closed = state { true } else { false }
        state = next
        if case .closed = next, !wasClosed { owner.closed(self) }
    }

    private func becomeIdle(_ context: ChannelHandlerContext) {
        become(.idle)
        idleTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.idleTimeout) { [self] in abandon() }
    }

    // MARK: Opening and closing

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if credential.endpoint.context == nil { becomeReady(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSHandshakeEvent.completed = event { becomeReady(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func becomeReady(_ context: ChannelHandlerContext) {
        guard case .opening = state else { return }
        becomeIdle(context)
        owner.opened(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = self.error ?? error
        end(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    /// The connection is over, by an error or because the other end closed it.
    private func end(_ context: ChannelHandlerContext) {
        let last = state
        let hasAnswer = answer != nil
        // A server that speaks TLS 1.3 judges a client's certificate when the client takes the handshake for done.
        let isTurnedAway = !isUsed && !hasAnswer && error is TLSError
        // Before whoever waits takes its place.
        if isTurnedAway { owner.refuse(credential) }
        become(.closed)
        context.close(promise: nil)
        switch last {
        case .closed, .idle: break
        case .opening: owner.failedToOpen(self, error)
        case .busy(let exchange):
            let reason = error.map { "\($0)" } ?? "the server closed it before the end of the answer"
            if isTurnedAway {
                owner.turnedAway(exchange, credential, reason: reason)
            } else {
                owner.broke(exchange, reason: reason, mayRepeat: isUsed && !hasAnswer)
            }
        }
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Nothing was asked: whatever comes belongs to nobody.
        guard case .busy(let exchange) = state else { return abandon() }
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, exchange)
        case .body(let bytes): receive(bytes, exchange)
        case .end: complete(context, exchange)
        }
    }

    private func receive(_ head: HTTPResponseHead, _ exchange: Exchange) {
        answer = Answer(head: head)
        if head.status == .unauthorized {
            isRefused = true
            owner.refuse(credential)
        }
        let date = head.headers.first(name: "date").flatMap { UnixTime(httpDate: $0) }
        if let clock, let date { clock.saw(.init(date: date, sentAt: sentAt, receivedAt: clock.now())) }
        guard answer?.isSuccess ?? false else { return }
        let encoding = head.headers.first(name: "content-encoding") ?? "identity"
        guard encoding == "identity" else {
            return exchange.fail(.answer(.unexpected("Content-Encoding \(APIStatus.oneLine(encoding))")))
        }
        if let collector = exchange.receiver as? AnswerCollector {
            collector.code = Int(head.status.code)
            collector.date = date
        }
        exchange.began()
    }

    private func receive(_ bytes: ByteBuffer, _ exchange: Exchange) {
        guard answer?.isSuccess ?? false else {
            let room = Self.maximumErrorBytes - (answer?.errorBody.count ?? 0)
            answer?.errorBody.append(contentsOf: bytes.readableBytesView.prefix(room))
            guard bytes.readableBytes > room, let answer else { return }
            exchange.connection = nil
            abandon()
            return fail(exchange, answer)
        }
        do throws(RequestError) {
            try exchange.receiver.received(bytes)
        } catch {
            exchange.fail(error)
        }
    }

    private func complete(_ context: ChannelHandlerContext, _ exchange: Exchange) {
        guard let answer else { return abandon() }
        // The receiver may want the connection again at once, so it is released before.
        isUsed = true
        exchange.connection = nil
        if answer.head.isKeepAlive, !isRefused || owner.flaws.contains(.keepsRefusedConnections) {
            becomeIdle(context)
            owner.released(self)
        } else {
            abandon()
        }
        if answer.isSuccess { exchange.end() } else { fail(exchange, answer) }
    }

    private func fail(_ exchange: Exchange, _ answer: Answer) {
        let status = APIStatus.decode(
            code: Int(answer.head.status.code),
            contentType: answer.head.headers.first(name: "content-type"),
            retryAfter: answer.head.headers.first(name: "retry-after"),
            body: answer.errorBody
        )
        owner.refused(exchange, credential, status)
    }
}
