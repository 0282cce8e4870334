/// Requests that wait for a connection, the longest waiting first.
struct WaitingLine {
    private var exchanges: [Exchange] = []
    /// Those before it have gone.
    private var start = 0

    /// How many it keeps in memory.
    var count: Int { exchanges.count }

    mutating func append(_ exchange: Exchange) {
        exchanges.append(exchange)
    }

    /// The first that still wants to be sent; those whose time is over are left out.
    mutating func popFirst() -> Exchange? {
        defer { compact() }
        while start < exchanges.count {
            let exchange = exchanges[start]
            start += 1
            if !exchange.isOver { return exchange }
        }
        return nil
    }

    /// Lets go of what has gone, at a cost of one move an exchange.
    private mutating func compact() {
        guard start == exchanges.count || start > 32 && start > exchanges.count / 2 else { return }
        exchanges.removeFirst(start)
        start = 0
    }
}
