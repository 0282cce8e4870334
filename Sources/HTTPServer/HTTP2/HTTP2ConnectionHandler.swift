internal import NIOCore

/// Serves one HTTP/2 connection: feeds ``HTTP2Session``, asks the service, writes the frames.
///
/// All frames of a read cycle leave in one write and one flush, and so do all answers of one turn of the event loop. While
/// the client does not read, frames stay in the session, whose streams are bounded in number and whose answers are counted, and
/// the back-pressure handler in front stops the reading.
final class HTTP2ConnectionHandler: ChannelInboundHandler, ServedConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let surroundings: ConnectionSurroundings
    private let session: HTTP2Session
    private var lifecycle: HTTP2Lifecycle
    private var unread: UnreadAnswers
    private var context: ChannelHandlerContext?
    private var isSending = false
    private var isFlushPlanned = false
    private var isClosing = false
    private var isRetiring = false

    init(in surroundings: ConnectionSurroundings, allocator: ByteBufferAllocator) throws(HTTP2Error) {
        self.surroundings = surroundings
        session = try HTTP2Session(limits: surroundings.limits, budget: surroundings.budget, allocator: allocator)
        lifecycle = HTTP2Lifecycle(surroundings.limits)
        unread = UnreadAnswers(budget: surroundings.budget)
    }

    private var service: any HTTPService { surroundings.service }
    private var limits: HTTPServerLimits { surroundings.limits }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { flush() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        _ = unread.hold(0)
    }

    func channelActive(context: ChannelHandlerContext) {
        flush()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        do {
            try session.receive(unwrapInboundIn(data))
        } catch {
            handleEvents()
            flush()
            return close()
        }
        handleEvents()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { flush() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // TLS and socket errors: the connection cannot be used.
        surroundings.note(error)
        context.close(promise: nil)
    }

    // MARK: Requests

    private func handleEvents() {
        while let event = session.nextEvent() {
            switch event {
            case .head(let stream, let head): receiveHead(head, on: stream)
            case .complete(let stream): receiveEnd(of: stream)
            case .failure(let stream, let error): answer(surroundings.response(to: error), on: stream)
            case .timedOut(let phase): surroundings.observer.timedOut(phase)
            case .ended(let reason): surroundings.observer.ended(reason)
            case .settings: lifecycle.receiveSettings()
            case .pingAcknowledgement: perform(lifecycle.receivePingAcknowledgement())
            }
        }
    }

    private func receiveHead(_ head: HTTPRequestHead, on stream: HTTP2Stream) {
        // The client may have taken the stream back in the same read.
        guard stream.phase == .body else { return }
        if let refusal = service.refusal(of: head) {
            answer(refusal, on: stream)
        } else if let length = head.contentLength, length > limits.maximumBodyBytes {
            answer(surroundings.response(to: .bodyTooLarge(maximumBytes: limits.maximumBodyBytes)), on: stream)
        }
    }

    private func receiveEnd(of stream: HTTP2Stream) {
        guard stream.phase == .body, let head = stream.head, let context else { return }
        stream.enter(.answering)
        let request = HTTPRequest(head: head, body: stream.body.take(), reservation: stream.body.reservation)
        let response = service.answer(request, on: context.eventLoop) { self.answerLater($0, on: stream) }
        if let response { answer(response, on: stream) }
    }

    private func answerLater(_ response: HTTPResponse?, on stream: HTTP2Stream) {
        answer(response ?? surroundings.response(to: .answerFailed), on: stream)
        flushAtEndOfTurn()
    }

    private func answer(_ response: HTTPResponse, on stream: HTTP2Stream) {
        session.submit(response, on: stream)
        if response.closesConnection || isRetiring { perform(lifecycle.end()) }
    }

    // MARK: Writing

    /// Writes once for all answers that come in this turn of the event loop: a record and a system call for each cost more
    /// than making it.
    private func flushAtEndOfTurn() {
        guard !isFlushPlanned, let context else { return }
        isFlushPlanned = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushPlanned = false
            self.flush()
        }
    }

    /// Writes what the session has, as far as the client takes it.
    private func flush() {
        // A flush can change the writability, which calls back here.
        guard let context, !isSending, !isClosing else { return }
        isSending = true
        defer { isSending = false }
        do {
            while context.channel.isWritable {
                guard let output = try nextOutput() else { break }
                context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            }
        } catch {
            return close()
        }
        guard countUnread(context) else { return }
        // When it is finishing, a session without streams counts as over, but the client closes first.
        if session.isOver && (!lifecycle.isFinishing || session.hasStreams) { close() }
    }

    /// Counts the answers that the client's windows or its socket do not take; without room for them the connection ends.
    private func countUnread(_ context: ChannelHandlerContext) -> Bool {
        let buffered = context.channel.isWritable ? 0 : context.channel.unwrittenBytes
        guard !unread.hold(session.unsentAnswerBytes + buffered) else { return true }
        surroundings.observer.ended(.unread)
        session.terminate()
        if context.channel.isWritable, let output = try? nextOutput() {
            context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            close()
        } else {
            context.close(promise: nil)
        }
        return false
    }

    /// The next frames, about ``HTTPServerLimits/outputChunkBytes`` of them; nil when there are none.
    private func nextOutput() throws(HTTP2Error) -> ByteBuffer? {
        var output = ByteBuffer()
        while output.readableBytes < HTTPServerLimits.outputChunkBytes {
            guard try session.send(into: &output) else { break }
        }
        return output.readableBytes > 0 ? output : nil
    }

    /// Closes behind what has been written.
    private func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.context?.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    // MARK: Bookkeeping

    func tick() {
        session.tick()
        handleEvents()
        let isWritable = context?.channel.isWritable ?? true
        let action = lifecycle.tick(
            hasStreams: session.hasStreams,
            wasActive: session.takeActivity(),
            isWritable: isWritable
        )
        // Nothing else makes a tick give notice.
        if action == .giveNotice { surroundings.observer.timedOut(session.hasTakenStreams ? .idle : .head) }
        perform(action)
        flush()
    }

    var wait: ConnectionWait? {
        guard !isClosing else { return nil }
        guard session.hasStreams else { return lifecycle.quietWait }
        return session.waitingTicks.map { ConnectionWait(kind: .slow, ticks: $0) }
    }

    func yield() {
        session.finish()
        flush()
        close()
    }

    /// A connection that was just opened gets its notice with its first answer: a GOAWAY that names no stream at all makes an
    /// API server try again at once, and come back to a server that still takes connections.
    func retire() {
        isRetiring = true
        guard session.hasTakenStreams else { return }
        perform(lifecycle.end())
        flush()
    }

    func drain() {
        perform(lifecycle.end())
        flush()
    }

    private func perform(_ action: HTTP2Lifecycle.Action) {
        switch action {
        case .none: break
        case .giveNotice: session.giveNotice()
        case .finish: session.finish()
        case .close(let timeout):
            // A session that was ended has said why.
            if let timeout, !session.hasEnded {
                surroundings.observer.timedOut(timeout)
                if timeout == .write { surroundings.observer.ended(.unread) }
            }
            context?.close(promise: nil)
        }
    }
}
