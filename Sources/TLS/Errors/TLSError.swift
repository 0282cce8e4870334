/// Everything that can go wrong in TLS, each with its cause and, where a person can do something, the remedy.
package enum TLSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The serving certificate or its key cannot be used.
    case certificate(CertificateProblem)
    /// A certificate cannot be issued for this name.
    case invalidName(String)
    /// OpenSSL refused something that does not depend on what a user gave, such as memory.
    case openSSL(doing: String, reason: String)
    /// The handshake failed; the connection is being closed.
    case handshake(reason: HandshakeFailure)
    /// An established connection failed: a forged record, a fatal alert of the peer.
    case connection(reason: String)
    /// The peer changed its keys again and again.
    case tooManyKeyUpdates(limit: Int)
    /// More was written before the end of the handshake than is kept.
    case tooManyBytesBeforeHandshake(limit: Int)

    package var description: String {
        switch self {
        case .certificate(let problem):
            problem.description
        case .invalidName(let name):
            "cannot issue a certificate for \"\(name)\": \(Self.problem(ofName: name))"
        case .openSSL(let action, let reason):
            "cannot \(action): \(reason)"
        case .handshake(let reason):
            "the TLS handshake failed: \(reason)"
        case .connection(let reason):
            "the TLS connection failed: \(reason)"
        case .tooManyKeyUpdates(let limit):
            "the TLS connection failed: the peer changed its keys more than \(limit) times"
        case .tooManyBytesBeforeHandshake(let limit):
            "more than \(limit) bytes were written before the TLS handshake was done"
        }
    }

    private static func problem(ofName name: String) -> String {
        if name.utf8.contains(UInt8(ascii: "_")) {
            return "no host's name has an underscore, and TLS clients refuse it; use a hyphen"
        }
        if name.utf8.count > 1, name.utf8.last == UInt8(ascii: ".") {
            return "certificates have names without the dot at the end; leave it out"
        }
        return "neither an IP address nor a DNS name of letters, digits, hyphens and dots; correct the name"
    }

    /// The current error queue as an error, for a call that failed on this thread just now.
    static func openSSL(doing action: String) -> TLSError {
        .openSSL(doing: action, reason: OpenSSLErrorQueue.drain().description)
    }
}
