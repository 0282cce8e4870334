// Time, and the end of the connection.
extension HTTP1StateMachine {
    /// A connection that has been quiet for so long is closed by a drain.
    ///
    /// One that has just been answered may have the next request on its way, which closing would fail. A tick may end at
    /// once, so two are at least one second.
    private static let minimumQuietTicks = 2

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
}
