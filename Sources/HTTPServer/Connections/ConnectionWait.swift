/// How long a connection has been waiting for its client, as the order in which connections yield to new ones sees it.
///
/// Those that never asked anything yield first, then those whose client may come back, then those whose client is slow at
/// something; of one kind, the one that has waited longest.
struct ConnectionWait: Comparable {
    enum Kind: Int {
        /// A request has begun to come, or its answer is not taken.
        case slow
        /// It has been used, and may be again.
        case idle
        /// Nothing was ever asked on it.
        case unused
    }

    var kind: Kind
    var ticks: Int

    /// Whether it has waited long enough to be closed for another: a client that is at work is never so slow.
    var mayYield: Bool {
        switch kind {
        case .unused, .idle: ticks >= HTTPServerLimits.idleTicksBeforeYielding
        case .slow: ticks >= HTTPServerLimits.slowTicksBeforeYielding
        }
    }

    static func < (left: ConnectionWait, right: ConnectionWait) -> Bool {
        (left.kind.rawValue, left.ticks) < (right.kind.rawValue, right.ticks)
    }
}
