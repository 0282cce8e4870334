package import TLS

/// Is told what happens beside the requests that are answered, to count it.
///
/// Every method is called on an event loop and must not block it; none is called for an ordinary request.
package protocol HTTPServerObserver: Sendable {
    /// A connection has its protocol: its TLS handshake, if it has one, is done.
    func opened(_ httpProtocol: HTTPProtocol)

    /// A connection that was ``opened(_:)`` is closed.
    func closed(_ httpProtocol: HTTPProtocol)

    /// A connection was closed as soon as it came, because there are too many.
    func refusedConnection()

    func handshakeFailed(_ failure: HandshakeFailure)

    /// Somebody took too long, and the connection or stream was ended for it.
    func timedOut(_ phase: HTTPTimeout)

    /// A connection was ended for what its client did, or for another connection.
    func ended(_ reason: HTTPConnectionEnd)

    /// A connection could not be accepted for want of file descriptors or memory.
    func couldNotAccept()

    /// A request was answered with an error that the server itself found.
    func refused(_ error: HTTPRequestError)
}

/// What somebody was too slow at.
package enum HTTPTimeout: String, Sendable, CaseIterable {
    /// The TLS handshake.
    case handshake
    /// The head of a request.
    case head
    /// The body of a request.
    case body
    /// The next request.
    case idle
    /// Reading the answer.
    case write
}

/// Why the server ended a connection that was not too slow.
package enum HTTPConnectionEnd: String, Sendable, CaseIterable {
    /// It waited for its client, and another one needed its place.
    case yielded
    /// Streams were begun and taken back too often.
    case resets
    /// Too many frames came that no request needs.
    case frames
    /// Heads far over the limit came again and again.
    case heads
    /// The client changed its TLS keys too often.
    case keyUpdates = "key_updates"
    /// It did not read its answers for as long as may be, or until there was no room for more of them.
    case unread
    /// Requests came one behind the other, more than may wait.
    case pipelined
}

/// Counts nothing.
package struct NoObserver: HTTPServerObserver {
    package init() {}

    package func opened(_ httpProtocol: HTTPProtocol) {}
    package func closed(_ httpProtocol: HTTPProtocol) {}
    package func refusedConnection() {}
    package func handshakeFailed(_ failure: HandshakeFailure) {}
    package func timedOut(_ phase: HTTPTimeout) {}
    package func ended(_ reason: HTTPConnectionEnd) {}
    package func couldNotAccept() {}
    package func refused(_ error: HTTPRequestError) {}
}
