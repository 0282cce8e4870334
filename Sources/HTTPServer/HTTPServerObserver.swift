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

/// Counts nothing.
package struct NoObserver: HTTPServerObserver {
    package init() {}

    package func opened(_ httpProtocol: HTTPProtocol) {}
    package func closed(_ httpProtocol: HTTPProtocol) {}
    package func refusedConnection() {}
    package func handshakeFailed(_ failure: HandshakeFailure) {}
    package func timedOut(_ phase: HTTPTimeout) {}
    package func refused(_ error: HTTPRequestError) {}
}
