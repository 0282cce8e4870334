/// The protocols a connection can carry.
package enum HTTPProtocol: String, Sendable, CaseIterable {
    /// HTTP/1.0 and HTTP/1.1.
    case http1 = "http/1.1"
    case http2 = "h2"

    /// What ALPN chose.
    ///
    /// A client that offers nothing speaks HTTP/1.1 (RFC 7301 leaves that to the application).
    init(applicationProtocol: String?) {
        self = applicationProtocol == Self.http2.rawValue ? .http2 : .http1
    }
}
