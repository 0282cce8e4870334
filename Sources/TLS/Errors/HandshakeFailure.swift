/// Why a handshake failed, coarse enough to be a metric label.
package enum HandshakeFailure: Sendable, Hashable, CustomStringConvertible {
    /// The peer refused us with a fatal alert (RFC 8446 section 6), for example because it does not trust the
    /// certificate.
    case peerAlert(code: UInt8, name: String)
    /// The first bytes were an HTTP request, not TLS.
    case plainHTTP
    /// The server's certificate was refused, in OpenSSL's words; as a client only.
    case untrustedServer(String)
    /// What came from the server is no TLS; as a client only.
    case noTLS
    /// The client's ALPN list holds none of ours.
    case noSharedProtocol
    /// The client offers no cipher suite, group or signature algorithm we accept.
    case noSharedCipher
    /// The client's newest version is older than the minimum.
    case unsupportedVersion
    /// The client showed no certificate, or one that is not trusted or bears no allowed name.
    case clientCertificate
    /// The connection ended in the middle of the handshake.
    case truncated
    /// The handshake was not done within the limit.
    case timedOut
    /// Anything else the peer did against the protocol, in OpenSSL's words.
    case protocolViolation(String)

    /// `bad_certificate`, `certificate_unknown` and `unknown_ca`: the peer does not trust the certificate.
    private static let distrust: Set<UInt8> = [42, 46, 48]

    /// Every label of a server's failures.
    package static let serverLabels = [
        "certificate_refused", "peer_alert", "plain_http", "no_shared_protocol", "no_shared_cipher",
        "unsupported_version", "client_certificate", "truncated", "timed_out", "protocol_violation",
    ]

    /// A stable word for metrics and log metadata.
    package var label: String {
        switch self {
        case .peerAlert(let code, _): Self.distrust.contains(code) ? "certificate_refused" : "peer_alert"
        case .plainHTTP: "plain_http"
        case .untrustedServer: "untrusted_server"
        case .noTLS: "no_tls"
        case .noSharedProtocol: "no_shared_protocol"
        case .noSharedCipher: "no_shared_cipher"
        case .unsupportedVersion: "unsupported_version"
        case .clientCertificate: "client_certificate"
        case .truncated: "truncated"
        case .timedOut: "timed_out"
        case .protocolViolation: "protocol_violation"
        }
    }

    package var description: String {
        switch self {
        case .peerAlert(let code, let name):
            "the peer sent the alert \(name) (\(code))\(Self.remedy(forAlert: code))"
        case .plainHTTP:
            "the client spoke plain HTTP; use https:// with this port"
        case .untrustedServer(let words):
            "the server's certificate is refused: \(words); give the authority that issued it, and address the server by "
                + "a name the certificate has"
        case .noTLS:
            "the other end does not speak TLS; check the port, and whether the address is an http:// one"
        case .noSharedProtocol:
            "the client offers no application protocol (ALPN) this server speaks: http/1.1, and h2 unless it is off"
        case .noSharedCipher:
            "the client offers no cipher suite, group or signature algorithm this server accepts"
        case .unsupportedVersion:
            "the client's TLS version is too old; TLS 1.2 or newer is needed"
        case .clientCertificate:
            "the client showed no certificate of an authority and with a name that are taken here"
        case .truncated:
            "the peer ended the connection in the middle of the handshake"
        case .timedOut:
            "the peer did not finish the handshake in time"
        case .protocolViolation(let words):
            "the peer broke the protocol: \(words)"
        }
    }

    /// Distrust is what a kube-apiserver with the wrong `caBundle` sends.
    private static func remedy(forAlert code: UInt8) -> String {
        guard distrust.contains(code) else { return "" }
        return
            "; it does not trust our certificate: for a webhook compare its configuration's caBundle and the certificate's "
            + "names, for a client certificate the server's authority for clients"
    }
}
