internal import COpenSSL

extension HandshakeFailure {
    /// Sorts what `SSL_do_handshake` left on the error queue.
    init(_ queue: OpenSSLErrorQueue) {
        self = queue.entries.lazy.compactMap { Self.classify($0) }.first ?? .protocolViolation(queue.description)
    }

    /// Sorts a failure of ``TLSConnection/handshake()`` at the client's end.
    init(_ queue: OpenSSLErrorQueue, ofClient connection: TLSConnection) {
        if let problem = connection.verificationProblem {
            self = .untrustedServer(problem)
        } else if queue.contains(library: ERR_LIB_SSL, reason: SSL_R_WRONG_VERSION_NUMBER) {
            self = .noTLS
        } else {
            self.init(queue)
        }
    }

    private static func classify(_ entry: OpenSSLErrorQueue.Entry) -> HandshakeFailure? {
        guard entry.library == ERR_LIB_SSL else { return nil }
        if let alert = UInt8(exactly: entry.reason - SSL_AD_REASON_OFFSET) {
            // OpenSSL reports a fatal alert from the peer as reason 1000 + alert code.
            return .peerAlert(code: alert, name: alertName(alert))
        }
        return switch entry.reason {
        case SSL_R_NO_APPLICATION_PROTOCOL:
            .noSharedProtocol
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
            SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SUITABLE_GROUPS, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
            .noSharedCipher
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW:
            .unsupportedVersion
        case SSL_R_CERTIFICATE_VERIFY_FAILED, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_NO_CERTIFICATES_RETURNED:
            .clientCertificate
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST:
            .plainHTTP
        default:
            nil
        }
    }

    /// OpenSSL's words for an alert, such as `bad certificate`.
    private static func alertName(_ code: UInt8) -> String {
        unsafe String(cString: SSL_alert_desc_string_long(CInt(code)))
    }
}
