// What goes into the state machine besides events, and what comes out.
extension HTTP1StateMachine {
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
}
