/// What the TLS handler tells the pipeline about the handshake, as a user inbound event.
package enum TLSHandshakeEvent: Sendable, Hashable {
    /// The handshake is done.
    ///
    /// Fired exactly once and before the first plaintext, so that a listener can add the handlers of the negotiated
    /// protocol synchronously.
    ///
    /// - Parameters:
    ///   - negotiatedProtocol: what ALPN (RFC 7301) chose, such as `h2`; nil when the client offered nothing.
    ///   - version: the protocol version both ends speak.
    ///   - cipher: the cipher suite in OpenSSL's spelling, such as `TLS_AES_128_GCM_SHA256`.
    case completed(negotiatedProtocol: String?, version: TLSVersion, cipher: String)
}
