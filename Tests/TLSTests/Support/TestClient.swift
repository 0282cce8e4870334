import COpenSSL
import NIOCore

@testable import TLS

/// The client end of a connection: what it offers is up to the test, and it trusts everybody.
@safe
final class TestClient {
    struct Offer {
        var versions: ClosedRange<CInt> = TLS1_2_VERSION...TLS1_3_VERSION
        /// TLS 1.2 suites; nil for OpenSSL's default.
        var ciphers: String?
        var applicationProtocols: [String] = []
    }

    let connection: TLSConnection
    /// Lives as long as `connection`.
    private let ssl: OpaquePointer
    private(set) var isHandshakeDone = false
    private(set) var received = ByteBuffer()
    /// The server's close_notify came.
    private(set) var isEnded = false
    /// The client's side of a failure, such as an alert.
    private(set) var failure: OpenSSLErrorQueue?

    init(_ offer: Offer = Offer()) throws {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TLSError.openSSL(doing: "make a client")
        }
        defer { unsafe SSL_CTX_free(context) }
        // Level 0 lets a client offer what no server should accept.
        unsafe SSL_CTX_set_security_level(context, 0)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, CLong(offer.versions.lowerBound), nil)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, CLong(offer.versions.upperBound), nil)
        if let ciphers = offer.ciphers {
            guard unsafe SSL_CTX_set_cipher_list(context, ciphers) == 1 else { throw TLSError.openSSL(doing: ciphers) }
        }
        guard let ssl = unsafe SSL_new(context) else { throw TLSError.openSSL(doing: "make a client") }
        unsafe self.ssl = ssl
        if !offer.applicationProtocols.isEmpty {
            let wire = offer.applicationProtocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            unsafe SSL_set_alpn_protos(ssl, wire, CUnsignedInt(wire.count))
        }
        connection = unsafe try TLSConnection.make(adopting: ssl, role: .client, owner: nil)
    }

    /// Does what can be done with the bytes at hand, and returns what has to go to the server.
    func step() -> ByteBuffer? {
        if failure == nil {
            if !isHandshakeDone { stepHandshake() }
            if isHandshakeDone { readAll() }
        }
        return connection.takeCiphertext()
    }

    /// Encrypts; the ciphertext comes out of the next ``step()``.
    func write(_ plaintext: ByteBuffer) {
        var rest = plaintext
        while rest.readableBytes > 0 {
            guard case .wrote(let count) = unsafe rest.withUnsafeReadableBytes({ unsafe connection.write($0) }) else {
                return
            }
            rest.moveReaderIndex(forwardBy: count)
        }
    }

    /// Starts a second handshake on a TLS 1.2 connection.
    func renegotiate() {
        unsafe SSL_renegotiate(ssl)
        isHandshakeDone = false
    }

    /// Asks for new traffic keys of both ends (RFC 8446 section 4.6.3).
    func updateKeys() {
        unsafe SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED)
    }

    /// Whether the server gave anything the session could be resumed with.
    var canResume: Bool {
        unsafe SSL_SESSION_is_resumable(SSL_get_session(ssl)) == 1
    }

    /// How many certificates the server sent.
    var peerChainCount: Int {
        unsafe Int(OPENSSL_sk_num(SSL_get_peer_cert_chain(ssl)))
    }

    private func stepHandshake() {
        switch connection.handshake() {
        case .incomplete: break
        case .complete: isHandshakeDone = true
        case .failed(let queue): failure = queue
        }
    }

    private func readAll() {
        while !isEnded, failure == nil {
            var plaintext = ByteBuffer()
            plaintext.reserveCapacity(65_536)
            let step = connection.read(into: &plaintext)
            received.writeImmutableBuffer(plaintext)
            switch step {
            case .more: continue
            case .drained: return
            case .ended: isEnded = true
            case .failed(let queue): failure = queue
            }
        }
    }
}
