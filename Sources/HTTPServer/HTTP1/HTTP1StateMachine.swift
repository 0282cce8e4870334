/// The course of one HTTP/1 connection, as a value: events in, actions out.
///
/// A connection is *quiet*, receives a *head*, then its *body*, and is *answering*; then it is quiet again. One request is
/// under way at a time: whatever a client sends behind it waits in the handler. A refused request is answered at its head;
/// the connection then *drops* its body, if that is small, and lives on. A connection that ends writes its last answer and
/// is *closing*: with a client that may still be sending it lingers, reading and throwing away, since closing on unread bytes
/// makes the kernel send a reset that can overtake the answer.
///
/// Time is counted in ticks of ``HTTPServerLimits/tick``; each state remembers how many it has seen.
struct HTTP1StateMachine {
    private enum State {
        /// Between two requests.
        case quiet
        /// Some bytes of a head have come.
        case head
        /// The body of an accepted request is being collected.
        case body(HTTPRequestHead, HTTP1Framing)
        /// The service has the request.
        case answering(Exchange)
        /// A refused request has been answered; its body is thrown away.
        case dropping(remainingBytes: Int)
        /// The last answer is on its way; nothing is read any more.
        case closing
        /// The last answer is on its way, and what still comes is thrown away.
        case lingering
        case closed
    }

    /// What the answer needs to know of its request.
    private struct Exchange {
        var isHead: Bool
        var isHTTP10: Bool
        var keepsAlive: Bool
        /// Some bytes of the next head have come.
        var hasBegunNext = false

        init(_ head: HTTPRequestHead, _ framing: HTTP1Framing) {
            isHead = head.method == .head
            isHTTP10 = head.version == .http10
            keepsAlive = framing.keepsAlive
        }
    }

    /// The time-outs, in ticks.
    struct Timeouts {
        var head: Int
        var body: Int
        var idle: Int
        var linger: Int
        var write: Int

        init(_ limits: HTTPServerLimits) {
            head = HTTPServerLimits.ticks(in: limits.headerTimeout)
            body = HTTPServerLimits.ticks(in: limits.bodyTimeout)
            idle = HTTPServerLimits.ticks(in: limits.idleTimeout)
            linger = HTTPServerLimits.ticks(in: HTTPServerLimits.lingerTimeout)
            write = HTTPServerLimits.ticks(in: limits.writeTimeout)
        }
    }

    /// How an answer is written, and what follows it.
    struct Reply {
        var context: HTTP1ResponseWriter.Context
        var ending: Ending?
    }

    /// How the connection ends.
    enum Ending {
        /// Close when the answer has left.
        case close
        /// Close when the client has, or has had its time.
        case linger
    }

    enum HeadAction {
        /// Collect the body; tell the client to send it if it waits for that.
        case collect(sendsContinue: Bool)
        /// Write the refusal.
        case refuse(Reply)
    }

    enum BodyAction {
        case collect
        case ignore
    }

    enum EndAction {
        case answer(HTTPRequestHead)
        case ignore
    }

    enum TickAction: Equatable {
        case none
        case fail(HTTPRequestError)
        /// Close; the client was too slow, unless it is nil.
        case close(HTTPTimeout?)
    }

    /// A connection that has been quiet for so long is closed by a drain.
    ///
    /// One that has just been answered may have the next request on its way, which closing would fail. A tick may end at
    /// once, so two are at least one second.
    private static let minimumQuietTicks = 2

    private let timeouts: Timeouts
    private let maximumDroppedBytes: Int
    private var state = State.quiet
    private var age = 0
    private var unwritableTicks = 0
    private var isRetiring = false
    private var isDraining = false
    private var hasServed = false

    init(timeouts: Timeouts, maximumDroppedBytes: Int) {
        self.timeouts = timeouts
        self.maximumDroppedBytes = maximumDroppedBytes
    }

    /// The next part of a request can be taken; false while one is being answered, and at the end.
    var takesInput: Bool {
        switch state {
        case .quiet, .head, .body, .dropping: true
        case .answering, .closing, .lingering, .closed: false
        }
    }

    /// Bytes may be read from the socket.
    ///
    /// While a request is being answered, too: what comes then is held, and holds the next read. Not to read would be two
    /// system calls a request, one to take the socket from epoll's watch and one to put it back.
    var reads: Bool {
        switch state {
        case .quiet, .head, .body, .answering, .dropping, .lingering: true
        case .closing, .closed: false
        }
    }

    /// No request is to be answered any more.
    var hasEnded: Bool {
        switch state {
        case .closing, .lingering, .closed: true
        case .quiet, .head, .body, .answering, .dropping: false
        }
    }

    var isLingering: Bool {
        if case .lingering = state { true } else { false }
    }

    // MARK: Requests

    /// A whole head has come, and the service has been asked about it.
    mutating func receiveHead(_ reading: HTTP1HeadReader.Reading, refusal: HTTPResponse?) -> HeadAction {
        hasServed = true
        guard let refusal else {
            enter(.body(reading.head, reading.framing))
            return .collect(sendsContinue: reading.framing.expectsContinue)
        }
        return .refuse(refuse(reading, closes: refusal.closesConnection))
    }

    private mutating func refuse(_ reading: HTTP1HeadReader.Reading, closes: Bool) -> Reply {
        var exchange = Exchange(reading.head, reading.framing)
        // A client that was not told to continue may send its body or not: what follows the answer could be either.
        exchange.keepsAlive = exchange.keepsAlive && !closes && !isRetiring && !reading.framing.expectsContinue
        let bodyBytes: Int
        switch reading.framing.body {
        case .none: bodyBytes = 0
        case .length(let length): bodyBytes = length
        case .chunked: bodyBytes = maximumDroppedBytes
        }
        if bodyBytes > maximumDroppedBytes { exchange.keepsAlive = false }
        guard exchange.keepsAlive else {
            let ending = bodyBytes == 0 ? Ending.close : .linger
            return last(exchange, ending: ending)
        }
        enter(.dropping(remainingBytes: bodyBytes))
        return reply(exchange, ending: nil)
    }

    /// A piece of the body has come.
    ///
    /// - Returns: what to do with it; nil if too much was dropped already and the connection has to linger.
    mutating func receiveBody(byteCount: Int) -> BodyAction? {
        switch state {
        case .body:
            return .collect
        case .dropping(let remaining) where byteCount > remaining:
            enter(.lingering)
            return nil
        case .dropping(let remaining):
            // The age stays: the body time-out is for the whole body.
            state = .dropping(remainingBytes: remaining - byteCount)
            return .ignore
        case .quiet, .head, .answering, .closing, .lingering, .closed:
            return .ignore
        }
    }

    /// The request is complete.
    mutating func receiveEnd() -> EndAction {
        switch state {
        case .body(let head, let framing):
            enter(.answering(Exchange(head, framing)))
            return .answer(head)
        case .dropping:
            enter(.quiet)
            return .ignore
        case .quiet, .head, .answering, .closing, .lingering, .closed:
            return .ignore
        }
    }

    /// The service has answered.
    ///
    /// - Returns: how to write the answer; nil if the connection has ended meanwhile.
    mutating func answer(closes: Bool) -> Reply? {
        guard case .answering(let exchange) = state else { return nil }
        guard exchange.keepsAlive, !closes, !isRetiring else {
            return last(exchange, ending: .close)
        }
        enter(exchange.hasBegunNext ? .head : .quiet)
        return reply(exchange, ending: nil)
    }

    /// The request cannot be read on: malformed, too large, or too slow.
    ///
    /// - Returns: how to write the last answer; nil if it has been written.
    mutating func fail() -> Reply? {
        switch state {
        case .quiet, .head:
            enter(.lingering)
            return Reply(context: .init(omitsBody: false, closes: true, confirmsKeepAlive: false), ending: .linger)
        case .body(let head, let framing):
            return last(Exchange(head, framing), ending: .linger)
        case .dropping:
            enter(.lingering)
            return nil
        case .answering, .closing, .lingering, .closed:
            return nil
        }
    }

    // MARK: Time and the end

    /// A read cycle brought bytes but no part: a head has begun.
    mutating func receiveUnfinishedBytes() {
        switch state {
        case .quiet: enter(.head)
        case .answering(var exchange):
            exchange.hasBegunNext = true
            // The age stays: nothing has been answered.
            state = .answering(exchange)
        case .head, .body, .dropping, .closing, .lingering, .closed: break
        }
    }

    /// One tick has passed.
    mutating func tick(isWritable: Bool) -> TickAction {
        age += 1
        unwritableTicks = isWritable ? 0 : unwritableTicks + 1
        if unwritableTicks >= timeouts.write { return .close(.write) }
        switch state {
        case .quiet:
            if isDraining && age >= Self.minimumQuietTicks { return .close(nil) }
            if !hasServed && age >= timeouts.head { return .close(.head) }
            return age >= timeouts.idle ? .close(.idle) : .none
        case .head:
            return age >= timeouts.head ? .fail(.headTimedOut) : .none
        case .body:
            return age >= timeouts.body ? .fail(.bodyTimedOut) : .none
        case .dropping:
            return age >= timeouts.body ? .close(.body) : .none
        case .lingering:
            return age >= timeouts.linger ? .close(nil) : .none
        case .closing:
            return age >= timeouts.write ? .close(.write) : .none
        case .answering, .closed:
            return .none
        }
    }

    /// How long it has been waiting for the client; nil while the service has the request.
    var wait: ConnectionWait? {
        switch state {
        case .quiet: ConnectionWait(kind: hasServed ? .idle : .unused, ticks: age)
        case .head where !hasServed: ConnectionWait(kind: .unused, ticks: age)
        case .head, .body, .dropping, .closing, .lingering: ConnectionWait(kind: .slow, ticks: age)
        case .answering, .closed: nil
        }
    }

    /// The server is about to stop: the next answer is the last.
    mutating func retire() {
        isRetiring = true
    }

    /// The server is stopping.
    ///
    /// - Returns: whether the connection can close at once. One that has not served a request yet was opened for one that is
    ///   on its way, and one that has just served may get another: closing fails that, so both get a tick or two.
    mutating func drain() -> Bool {
        isRetiring = true
        isDraining = true
        guard case .quiet = state else { return false }
        return hasServed && age >= Self.minimumQuietTicks
    }

    mutating func close() {
        enter(.closed)
    }

    private mutating func last(_ exchange: Exchange, ending: Ending) -> Reply {
        switch ending {
        case .close: enter(.closing)
        case .linger: enter(.lingering)
        }
        return reply(exchange, ending: ending)
    }

    private func reply(_ exchange: Exchange, ending: Ending?) -> Reply {
        Reply(
            context: .init(
                omitsBody: exchange.isHead,
                closes: ending != nil,
                confirmsKeepAlive: exchange.isHTTP10 && ending == nil
            ),
            ending: ending
        )
    }

    private mutating func enter(_ next: State) {
        state = next
        age = 0
    }
}
