internal import NIOCore
internal import NIOHTTP1

/// Serves one HTTP/1 connection: takes the codec's parts, drives ``HTTP1StateMachine``, asks the service, writes the answers.
///
/// Parts that come while a request is being answered, or while the client does not read, wait in a bounded backlog and stop
/// the reading. All answers of a read cycle leave in one write and one flush.
final class HTTP1ConnectionHandler: ChannelDuplexHandler, ServedConnection {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    let surroundings: ConnectionSurroundings
    let decoder: HTTP1Decoder
    var machine: HTTP1StateMachine
    private var collector: BodyCollector
    var context: ChannelHandlerContext?
    var output = ByteBuffer()
    var backlog: HTTP1Backlog
    private var unread: UnreadAnswers
    private var isPumping = false
    var isCongested = false
    private var hasHeldRead = false
    private var hasReceivedPart = false

    private init(in surroundings: ConnectionSurroundings, decoder: HTTP1Decoder) {
        let limits = surroundings.limits
        self.surroundings = surroundings
        self.decoder = decoder
        machine = HTTP1StateMachine(
            timeouts: .init(limits),
            maximumDroppedBytes: HTTPServerLimits.maximumDiscardedBytes
        )
        backlog = HTTP1Backlog(budget: surroundings.budget)
        unread = UnreadAnswers(budget: surroundings.budget)
        collector = BodyCollector(
            maximumBytes: limits.maximumBodyBytes,
            unaccountedBytes: HTTPServerLimits.unaccountedBodyBytes,
            budget: surroundings.budget
        )
    }

    private var service: any HTTPService { surroundings.service }
    private var limits: HTTPServerLimits { surroundings.limits }

    /// Adds the codec and the handler to the end of a pipeline.
    static func add(
        to pipeline: ChannelPipeline.SynchronousOperations,
        in surroundings: ConnectionSurroundings
    ) throws -> HTTP1ConnectionHandler {
        let decoder = HTTP1Decoder(limits: surroundings.limits)
        let handler = HTTP1ConnectionHandler(in: surroundings, decoder: decoder)
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(handler)
        return handler
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if machine.reads && backlog.isEmpty {
            context.read()
        } else {
            hasHeldRead = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReceivedPart = true
        take(.part(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReceivedPart && decoder.hasReceivedBytes { machine.receiveUnfinishedBytes() }
        hasReceivedPart = false
        decoder.hasReceivedBytes = false
        flushOutput()
        closeIfLingeringEnough()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState:
            // The client has gone; nobody is there to be told.
            break
        case let error as HTTPParserError:
            take(.failure(HTTPRequestError(error, limits: limits)))
        case ByteToMessageDecoderError.dataReceivedInErrorState(_, let bytes):
            decoder.noteDiscarded(bytes.readableBytes)
        default:
            // TLS and socket errors: the connection cannot be used.
            surroundings.note(error)
            context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            isCongested = false
            pump()
            flushOutput()
            countUnread()
            resumeReading()
        }
        context.fireChannelWritabilityChanged()
    }

    private func take(_ input: HTTP1Backlog.Input) {
        guard !machine.hasEnded, !machine.isCut else { return }
        guard backlog.isEmpty, !isPumping, machine.takesInput, !isCongested else {
            if !backlog.append(input) { cut() }
            return
        }
        process(input)
    }

    /// More waits than may: what waits is forgotten, and the connection ends with the answer under way.
    private func cut() {
        surroundings.observer.ended(.pipelined)
        backlog.removeAll()
        decoder.isDiscarding = true
        if machine.cut() { closeWhenWritten() }
    }

    /// Works the backlog off as far as the state allows.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while machine.takesInput, !isCongested, let input = backlog.popFirst() {
            process(input)
        }
        if machine.hasEnded { backlog.removeAll() }
    }

    private func process(_ input: HTTP1Backlog.Input) {
        switch input {
        case .part(.head(let head)): receiveHead(head)
        case .part(.body(let bytes)): receiveBody(bytes)
        case .part(.end): receiveEnd()
        case .failure(let error): fail(error)
        }
    }

    func resumeReading() {
        guard hasHeldRead, machine.reads, backlog.isEmpty else { return }
        hasHeldRead = false
        context?.read()
    }

    // MARK: Requests

    private func receiveHead(_ head: NIOHTTP1.HTTPRequestHead) {
        let reading: HTTP1HeadReader.Reading
        do {
            reading = try HTTP1HeadReader.read(head, maximumFields: limits.maximumHeaderFields)
        } catch {
            return fail(error)
        }
        let refusal = service.refusal(of: reading.head)
        if refusal == nil, let length = reading.head.contentLength, length > limits.maximumBodyBytes {
            return fail(.bodyTooLarge(maximumBytes: limits.maximumBodyBytes))
        }
        switch machine.receiveHead(reading, refusal: refusal) {
        case .collect(let sendsContinue):
            collector.begin(announcedBytes: reading.head.contentLength)
            if sendsContinue { output.writeStaticString(HTTP1ResponseWriter.continueLine) }
        case .refuse(let reply):
            if let refusal { write(refusal, reply) }
        }
    }

    private func receiveBody(_ bytes: ByteBuffer) {
        guard let context, let action = machine.receiveBody(byteCount: bytes.readableBytes) else {
            return linger()
        }
        guard action == .collect else { return }
        if let error = collector.append(bytes, allocator: context.channel.allocator) { fail(error) }
    }

    private func receiveEnd() {
        guard let context, case .answer(let head) = machine.receiveEnd() else { return }
        let request = HTTPRequest(head: head, body: collector.take(), reservation: collector.reservation)
        let response = service.answer(request, on: context.eventLoop) { self.answerLater($0) }
        if let response { answer(response) }
    }

    private func answerLater(_ response: HTTPResponse?) {
        answer(response ?? surroundings.response(to: .answerFailed))
        pump()
        flushOutput()
        resumeReading()
    }

    private func answer(_ response: HTTPResponse) {
        collector.release()
        guard let reply = machine.answer(closes: response.closesConnection) else { return }
        write(response, reply)
    }

    func fail(_ error: HTTPRequestError) {
        collector.release()
        if let reply = machine.fail() {
            write(surroundings.response(to: error), reply)
        } else if machine.isLingering {
            linger()
        }
    }

    /// Counts what has been written and waits for the client to read; without room for it the connection ends.
    func countUnread() {
        guard let context else { return }
        let bytes = context.channel.isWritable ? 0 : context.channel.unwrittenBytes
        guard !unread.hold(bytes) else { return }
        surroundings.observer.ended(.unread)
        context.close(promise: nil)
    }

    // MARK: Bookkeeping

    func tick() {
        switch machine.tick(isWritable: context?.channel.isWritable ?? true) {
        case .none: break
        case .fail(let error): fail(error)
        case .close(let timeout):
            if let timeout { surroundings.observer.timedOut(timeout) }
            if timeout == .write { surroundings.observer.ended(.unread) }
            context?.close(promise: nil)
        }
    }

    var wait: ConnectionWait? { machine.wait }

    func yield() {
        context?.close(promise: nil)
    }

    func retire() {
        machine.retire()
    }

    func drain() {
        if machine.drain() { context?.close(promise: nil) }
    }

    private func end() {
        machine.close()
        backlog.removeAll()
        collector.release()
        _ = unread.hold(0)
    }
}
