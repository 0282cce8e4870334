/// How an HTTP/2 connection comes to its end, as a value: events in, actions out.
///
/// A connection *serves*. To end, it *gives notice*: a GOAWAY with the highest stream number and a PING; streams the client
/// opened before it read the notice are still served. When the PING comes back the client has read it, and a second GOAWAY
/// names the last stream that was taken: the connection is *finishing*. When the last answer has left it is the client's turn
/// to close; one that does not is closed after a while. To close at once would cut a client that had begun a request when it
/// read the notice and sends it behind its acknowledgement: it is to read the second GOAWAY first, and to go elsewhere. A
/// GOAWAY that names less than what was sent makes the API server try again at once, without limit.
struct HTTP2Lifecycle {
    private enum State {
        case serving(idleTicks: Int)
        case givingNotice(ticks: Int)
        /// Ticks since the last stream ended.
        case finishing(idleTicks: Int)
    }

    enum Action: Equatable {
        case none
        /// Send the first GOAWAY and a PING.
        case giveNotice
        /// Send the second GOAWAY.
        case finish
        /// Close; the client was too slow, unless it is nil.
        case close(HTTPTimeout?)
    }

    /// Ticks the PING may take; one is a second.
    private static let maximumNoticeTicks = 2

    /// Ticks the client may take to close, at least one second.
    private static let maximumFinishingTicks = 2

    private let idleTicks: Int
    private let prefaceTicks: Int
    private let writeTicks: Int
    private var state = State.serving(idleTicks: 0)
    private var hasReceivedSettings = false
    private var unwritableTicks = 0
    private var hasServed = false

    /// Ticks without any stream.
    private var quietTicks = 0

    init(_ limits: HTTPServerLimits) {
        idleTicks = HTTPServerLimits.ticks(in: limits.idleTimeout)
        prefaceTicks = HTTPServerLimits.ticks(in: limits.headerTimeout)
        writeTicks = HTTPServerLimits.ticks(in: limits.writeTimeout)
    }

    /// The last stream has been named: with no stream left the connection is over, once the client knows so.
    var isFinishing: Bool {
        if case .finishing = state { true } else { false }
    }

    /// What it waits for while there is no stream.
    var quietWait: ConnectionWait {
        ConnectionWait(kind: hasServed ? .idle : .unused, ticks: quietTicks)
    }

    mutating func receiveSettings() {
        hasReceivedSettings = true
    }

    mutating func end() -> Action {
        guard case .serving = state else { return .none }
        state = .givingNotice(ticks: 0)
        return .giveNotice
    }

    mutating func receivePingAcknowledgement() -> Action {
        guard case .givingNotice = state else { return .none }
        state = .finishing(idleTicks: 0)
        return .finish
    }

    /// One tick has passed.
    ///
    /// - Parameters:
    ///   - hasStreams: there is a stream now.
    ///   - wasActive: or there was one since the last tick.
    ///   - isWritable: the client takes what is written.
    /// - Returns: what to do now.
    mutating func tick(hasStreams: Bool, wasActive: Bool = false, isWritable: Bool) -> Action {
        if hasStreams || wasActive {
            hasServed = true
            quietTicks = 0
        } else {
            quietTicks += 1
        }
        unwritableTicks = isWritable ? 0 : unwritableTicks + 1
        if unwritableTicks >= writeTicks { return .close(.write) }
        switch state {
        case .serving where hasStreams || wasActive:
            state = .serving(idleTicks: 0)
            return .none
        case .serving(let ticks):
            return tickIdle(ticks + 1)
        case .givingNotice(let ticks):
            guard ticks + 1 >= Self.maximumNoticeTicks else {
                state = .givingNotice(ticks: ticks + 1)
                return .none
            }
            state = .finishing(idleTicks: 0)
            return .finish
        case .finishing where hasStreams:
            state = .finishing(idleTicks: 0)
            return .none
        case .finishing(let ticks):
            state = .finishing(idleTicks: ticks + 1)
            return ticks + 1 >= Self.maximumFinishingTicks ? .close(nil) : .none
        }
    }

    private mutating func tickIdle(_ ticks: Int) -> Action {
        state = .serving(idleTicks: ticks)
        if !hasServed && ticks >= prefaceTicks {
            // A client that never greeted would not understand a notice.
            return hasReceivedSettings ? end() : .close(.head)
        }
        return ticks >= idleTicks ? end() : .none
    }
}
