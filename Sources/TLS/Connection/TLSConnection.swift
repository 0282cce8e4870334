import COpenSSL
import NIOCore

/// Owner of one `SSL`: ciphertext in, plaintext out, and back.
///
/// It knows no channel. Bytes go in with ``receive(_:)`` and come out with ``takeCiphertext()``, which is to be called
/// after every other call, failed ones included, because alerts come out there too. An instance belongs to one event
/// loop.
@safe
final class TLSConnection {
    /// Which side of the handshake to play.
    enum Role {
        case server
        case client
    }

    /// How far the handshake is.
    enum HandshakeStep {
        /// More bytes from the peer are needed.
        case incomplete
        case complete
        case failed(OpenSSLErrorQueue)
    }

    /// What a read brought.
    enum ReadStep {
        /// Plaintext was added, and there may be more.
        case more
        /// All there was has been read, which may be nothing.
        case drained
        /// The peer sent close_notify; nothing comes after it.
        case ended
        /// The connection is broken.
        case failed(OpenSSLErrorQueue)
    }

    /// What a write did.
    enum WriteStep {
        case wrote(Int)
        /// OpenSSL must read something first, such as the rest of a KeyUpdate.
        case blocked
        case failed(OpenSSLErrorQueue)
    }

    private let ssl: OpaquePointer
    private let transport: ByteBufferBIO
    /// Owns memory the `SSL_CTX` points to without counting, such as the ALPN list.
    private let owner: AnyObject?
    /// After a fatal error OpenSSL must not be asked to shut down (SSL_shutdown(3)).
    private var isBroken = false

    private init(adopting ssl: OpaquePointer, transport: ByteBufferBIO, owner: AnyObject?) {
        unsafe self.ssl = ssl
        self.transport = transport
        self.owner = owner
    }

    deinit {
        unsafe SSL_free(ssl)
    }

    /// Takes ownership of a fresh `SSL` and sets it to its role, with a transport over buffers.
    ///
    /// - Parameters:
    ///   - ssl: is freed by the result, or here when this throws.
    ///   - role: the side to play.
    ///   - owner: lives as long as the result.
    /// - Returns: a connection that waits for its first ``handshake()``.
    /// - Throws: `TLSError.openSSL` when there is no memory for the transport.
    static func make(adopting ssl: OpaquePointer, role: Role, owner: AnyObject?) throws(TLSError) -> TLSConnection {
        let connection = unsafe TLSConnection(adopting: ssl, transport: ByteBufferBIO(), owner: owner)
        // Unretained: the SSL is freed with the object and calls back only from calls made on it.
        unsafe SSL_set_ex_data(ssl, applicationData, Unmanaged.passUnretained(connection).toOpaque())
        let bio = unsafe try connection.transport.makeBIO()
        unsafe SSL_set_bio(ssl, bio, bio)
        switch role {
        case .server: unsafe SSL_set_accept_state(ssl)
        case .client: unsafe SSL_set_connect_state(ssl)
        }
        return connection
    }

    // MARK: Ciphertext

    /// Ciphertext from the peer that OpenSSL has not taken yet.
    var waitingCiphertext: ByteBuffer { transport.inbound }

    /// Whether the peer has sent anything at all.
    private(set) var hasStarted = false

    /// Adds ciphertext from the peer.
    ///
    /// It is looked at by the next handshake step or read.
    func receive(_ ciphertext: ByteBuffer) {
        hasStarted = true
        transport.receive(ciphertext)
    }

    /// What has to go to the peer, or nil.
    func takeCiphertext() -> ByteBuffer? {
        transport.takeOutbound()
    }

    // MARK: Handshake

    /// Goes on with the handshake as far as the bytes at hand allow.
    func handshake() -> HandshakeStep {
        OpenSSLErrorQueue.clear()
        let result = unsafe SSL_do_handshake(ssl)
        guard result != 1 else { return .complete }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .incomplete
        default:
            isBroken = true
            return .failed(.drain())
        }
    }

    /// Why the peer's certificate was refused, in OpenSSL's words; meaningful after a failed handshake.
    ///
    /// Nil when the handshake failed for another reason.
    var verificationProblem: String? {
        let result = unsafe SSL_get_verify_result(ssl)
        guard result != CLong(X509_V_OK) else { return nil }
        return unsafe String(cString: X509_verify_cert_error_string(result))
    }

    /// What the client showed; meaningful after the handshake.
    var clientCertificate: ClientCertificate? {
        guard let raw = unsafe SSL_get1_peer_certificate(ssl) else { return nil }
        let certificate = unsafe X509Certificate(adopting: raw)
        return ClientCertificate(
            notBefore: certificate.notBefore,
            notAfter: certificate.notAfter,
            isTrusted: verificationProblem == nil
        )
    }

    /// The protocol ALPN chose; nil without ALPN.
    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: CUnsignedInt = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &length)
        guard length > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// The version both ends speak; meaningful after the handshake.
    var version: TLSVersion {
        unsafe SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12
    }

    /// The cipher suite in OpenSSL's spelling; meaningful after the handshake.
    var cipherName: String {
        unsafe SSL_get_current_cipher(ssl).flatMap { unsafe SSL_CIPHER_get_name($0) }.map { unsafe String(cString: $0) }
            ?? "unknown"
    }

    // MARK: Key updates

    /// How often the peer may change its keys, which costs us as much as a request and brings none.
    var maximumKeyUpdates = Int.max

    private var keyUpdateCount = 0

    /// The peer has changed its keys too often.
    ///
    /// Nothing more of what it sent is read.
    var hasTooManyKeyUpdates: Bool { keyUpdateCount > maximumKeyUpdates }

    /// The index of what `SSL_set_app_data` sets, which is a macro.
    private static let applicationData: CInt = 0

    /// Has the key updates counted that come to connections of this context.
    ///
    /// The callback is called for messages of the handshake and such as may follow it, never for records of data.
    static func countKeyUpdates(of context: OpaquePointer) {
        unsafe SSL_CTX_set_info_callback(context) { ssl, place, _ in
            guard place & SSL_CB_LOOP != 0, unsafe SSL_get_state(ssl) == TLS_ST_SR_KEY_UPDATE else { return }
            guard let data = unsafe SSL_get_ex_data(ssl, TLSConnection.applicationData) else { return }
            unsafe Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue().noteKeyUpdate()
        }
    }

    private func noteKeyUpdate() {
        keyUpdateCount += 1
        // Ends the call that reads: OpenSSL goes on as long as there are bytes.
        if hasTooManyKeyUpdates { transport.forgetInbound() }
    }

    // MARK: Plaintext

    /// A capacity that lets the next read take all that is waiting without a second buffer: plaintext is never longer
    /// than its ciphertext.
    ///
    /// With read-ahead part of a record may already be inside OpenSSL; then a second buffer is needed.
    var expectedPlaintextBytes: Int {
        transport.inbound.readableBytes + (unsafe Int(SSL_pending(ssl)))
    }

    /// Decrypts into the free space of `plaintext` until it is full or nothing is left.
    func read(into plaintext: inout ByteBuffer) -> ReadStep {
        while plaintext.writableBytes > 0 {
            OpenSSLErrorQueue.clear()
            var result: CInt = 0
            unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { target in
                result = unsafe SSL_read(ssl, target.baseAddress, CInt(clamping: target.count))
                return max(0, Int(result))
            }
            guard result > 0 else { return readStep(after: result) }
            // Saves the call that would only say "want read". SSL_has_pending, not SSL_pending: with read-ahead OpenSSL
            // may hold whole records it has not opened.
            if transport.inbound.readableBytes == 0, unsafe SSL_has_pending(ssl) == 0 {
                return .drained
            }
        }
        return .more
    }

    private func readStep(after result: CInt) -> ReadStep {
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .drained
        case SSL_ERROR_ZERO_RETURN:
            return .ended
        default:
            isBroken = true
            return .failed(.drain())
        }
    }

    /// Makes room for the ciphertext of so much plaintext at once.
    func prepareToWrite(plaintextBytes: Int) {
        // One record carries 16,384 bytes and adds at most 5 (header) + 1 (content type) + 8 (explicit nonce) + 16
        // (tag).
        let records = plaintextBytes / 16_384 + 1
        transport.reserveOutbound(plaintextBytes + records * 32)
    }

    /// Encrypts the front of `plaintext`; one call takes one record's worth at most.
    func write(_ plaintext: UnsafeRawBufferPointer) -> WriteStep {
        OpenSSLErrorQueue.clear()
        let result = unsafe SSL_write(ssl, plaintext.baseAddress, CInt(clamping: plaintext.count))
        guard result <= 0 else { return .wrote(Int(result)) }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .blocked
        default:
            isBroken = true
            return .failed(.drain())
        }
    }

    /// Writes close_notify, once.
    ///
    /// Does nothing before the end of the handshake or after a fatal error.
    func shutdown() {
        guard !isBroken, unsafe SSL_is_init_finished(ssl) == 1 else { return }
        guard unsafe SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 else { return }
        OpenSSLErrorQueue.clear()
        unsafe SSL_shutdown(ssl)
        // Nothing can be done about a failure of the last message; later calls on this thread must not see it.
        OpenSSLErrorQueue.clear()
    }
}
