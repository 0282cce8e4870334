package import TLS

/// What protects the connections of a server.
package enum TransportSecurity: Sendable {
    /// TLS, whose handshake also says which protocol follows.
    ///
    /// The context is asked for once a connection, on its event loop, so that a renewed certificate serves the next one.
    case tls(@Sendable () -> TLSServerContext)
    /// Nothing: every connection speaks this protocol from its first byte.
    case plaintext(HTTPProtocol)
}
