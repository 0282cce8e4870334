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
    enum State {
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
    struct Exchange {
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

    let timeouts: Timeouts
    private let maximumDroppedBytes: Int
    var state = State.quiet
    var age = 0
    var unwritableTicks = 0
    var isRetiring = false
    /// The client sent more than may wait: no request is read any more.
    private(set) var isCut = false
    var isDraining = false
    var hasServed = false

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
            // A client that was cut may still be sending.
            return last(exchange, ending: isCut ? .linger : .close)
        }
        enter(exchange.hasBegunNext ? .head : .quiet)
        return reply(exchange, ending: nil)
    }

    /// More requests came than may wait.
    ///
    /// - Returns: whether the connection is to close with what has been written; otherwise the answer under way is the last.
    mutating func cut() -> Bool {
        isRetiring = true
        isCut = true
        switch state {
        case .answering, .closing, .lingering, .closed:
            return false
        case .quiet, .head, .body, .dropping:
            enter(.closing)
            return true
        }
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

    mutating func enter(_ next: State) {
        state = next
        age = 0
    }
}
