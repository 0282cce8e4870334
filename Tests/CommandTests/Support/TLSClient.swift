import COpenSSL
import Glibc
import TestWire

/// A client that sends what it likes when it likes, reads only when it is asked to, and trusts everybody.
// Unchecked: used by one thread at a time, as the calls are awaited one after the other.
@safe
final class TLSClient: @unchecked Sendable {
    private let descriptor: Int32
    private let ssl: OpaquePointer

    /// The newest version it speaks.
    enum Version {
        case tls12
        case tls13
    }

    private init(
        port: Int,
        speaking httpProtocol: String?,
        newest: Version,
        early: String? = nil,
        receiveBuffer: Int32? = nil
    ) throws {
        descriptor = try LoopbackSocket.connect(port: port, receiveBuffer: receiveBuffer)
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw SocketFailure(doing: "SSL_CTX_new") }
        defer { unsafe SSL_CTX_free(context) }
        guard let ssl = unsafe SSL_new(context) else { throw SocketFailure(doing: "SSL_new") }
        unsafe self.ssl = ssl
        if newest == .tls12 { _ = unsafe SSL_ctrl(ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, CLong(TLS1_2_VERSION), nil) }
        unsafe SSL_set_fd(ssl, descriptor)
        if let httpProtocol {
            let offer = [UInt8(httpProtocol.utf8.count)] + Array(httpProtocol.utf8)
            guard unsafe SSL_set_alpn_protos(ssl, offer, UInt32(offer.count)) == 0 else {
                throw SocketFailure(doing: "ALPN")
            }
        }
        if let early { unsafe try Self.write(early: early, on: ssl) }
        guard unsafe SSL_connect(ssl) == 1 else { throw SocketFailure(doing: "SSL_connect") }
    }

    deinit {
        unsafe SSL_free(ssl)
        Glibc.close(descriptor)
    }

    /// Connects and shakes hands, HTTP/1.1 implied unless another protocol is named as ALPN does.
    ///
    /// With a small receive buffer the server soon finds that nobody reads.
    static func connect(
        to webhook: Webhook,
        speaking httpProtocol: String? = nil,
        newest: Version = .tls13,
        receiveBuffer: Int32? = nil
    ) async throws -> TLSClient {
        let port = webhook.port
        return try await offTheTestThreads {
            try TLSClient(port: port, speaking: httpProtocol, newest: newest, receiveBuffer: receiveBuffer)
        }
    }

    /// Connects, and sends data before the handshake, for a session the server does not know.
    static func connect(to webhook: Webhook, early: String) async throws -> TLSClient {
        let port = webhook.port
        return try await offTheTestThreads { try TLSClient(port: port, speaking: nil, newest: .tls13, early: early) }
    }

    private static func write(early text: String, on ssl: OpaquePointer) throws {
        // The session is made up in the callback, which may keep nothing of its surroundings.
        unsafe SSL_set_psk_use_session_callback(ssl) { ssl, _, identity, identityCount, session in
            let made = unsafe SSL_SESSION_new()
            let key = [UInt8](repeating: 1, count: 32)
            let cipher: [UInt8] = [0x13, 0x01]
            unsafe SSL_SESSION_set1_master_key(made, key, key.count)
            unsafe SSL_SESSION_set_cipher(made, SSL_CIPHER_find(ssl, cipher))
            unsafe SSL_SESSION_set_protocol_version(made, TLS1_3_VERSION)
            unsafe SSL_SESSION_set_max_early_data(made, 1 << 14)
            unsafe session?.pointee = made
            unsafe identity?.pointee = TLSClient.identity.utf8Start
            unsafe identityCount?.pointee = 1
            return 1
        }
        let bytes = Array(text.utf8)
        var count = 0
        guard unsafe SSL_write_early_data(ssl, bytes, bytes.count, &count) == 1 else {
            throw SocketFailure(doing: "early data")
        }
    }

    /// What the session is called; it stays where it is.
    private static let identity: StaticString = "a"

    /// Changes its own keys so many times.
    func updateKeys(_ count: Int) async throws {
        try await offTheTestThreads { [self] in
            for _ in 0..<count {
                guard unsafe SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 else {
                    throw SocketFailure(doing: "keys")
                }
                // The server closes when it has had enough.
                guard unsafe SSL_do_handshake(ssl) == 1 else { return }
            }
        }
    }

    /// Tries a second handshake; whether the server went along.
    func renegotiate() async throws -> Bool {
        try await offTheTestThreads { [self] in
            LoopbackSocket.setTimeout(.receiving, seconds: 20, of: descriptor)
            guard unsafe SSL_renegotiate(ssl) == 1 else { throw SocketFailure(doing: "renegotiate") }
            return unsafe SSL_do_handshake(ssl) == 1
        }
    }

    /// Half-closes the socket, without a close_notify.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends all of it.
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await offTheTestThreads { [self] in
            guard unsafe SSL_write(ssl, bytes, Int32(bytes.count)) == bytes.count else {
                throw SocketFailure(doing: "send")
            }
        }
    }

    /// Sends `chunk` again and again until the server has taken nothing for `patience` seconds or `limit` bytes are sent;
    /// how many bytes it took.
    func sendWithoutReading(_ chunk: String, limit: Int, patience: Int) async throws -> Int {
        try await sendWithoutReading(Array(chunk.utf8), limit: limit, patience: patience)
    }

    func sendWithoutReading(_ bytes: [UInt8], limit: Int, patience: Int) async throws -> Int {
        try await offTheTestThreads { [self] in
            LoopbackSocket.setTimeout(.sending, seconds: patience, of: descriptor)
            var sent = 0
            while sent < limit {
                guard unsafe SSL_write(ssl, bytes, Int32(bytes.count)) > 0 else { break }
                sent += bytes.count
            }
            return sent
        }
    }

    /// What comes until the server closes, or for that long nothing comes.
    func receive(patience seconds: Int = 10) async throws -> String {
        try await offTheTestThreads { [self] in
            LoopbackSocket.setTimeout(.receiving, seconds: seconds, of: descriptor)
            var received: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while true {
                let size = Int32(chunk.count)
                let count = unsafe SSL_read(ssl, &chunk, size)
                guard count > 0 else { break }
                received += chunk[..<Int(count)]
            }
            return String(decoding: received, as: UTF8.self)
        }
    }

    /// Reads until `bytes` have come; false when the server closed before, or nothing came for a long time.
    func receive(until bytes: [UInt8], patience seconds: Int = 60) async throws -> Bool {
        try await offTheTestThreads { [self] in
            LoopbackSocket.setTimeout(.receiving, seconds: seconds, of: descriptor)
            // The last bytes, which may hold the beginning of what is looked for.
            var last: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while true {
                let size = Int32(chunk.count)
                let count = unsafe SSL_read(ssl, &chunk, size)
                guard count > 0 else { return false }
                last += chunk[..<Int(count)]
                if last.firstRange(of: bytes) != nil { return true }
                last.removeFirst(max(0, last.count - bytes.count))
            }
        }
    }

    /// Whether the server ended the connection with a close_notify.
    var isClosedByServer: Bool {
        get async throws {
            try await offTheTestThreads { [self] in unsafe SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 }
        }
    }

    /// Leaves without a word, as a client whose machine lost power, but for the reset.
    func vanish() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
