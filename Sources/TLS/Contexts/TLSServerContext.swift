import COpenSSL

/// All that the connections of one listener share: the certificate, the versions, suites and application protocols.
///
/// Immutable: a renewed certificate is a new context, swapped in whole, while open connections keep theirs.
// Unchecked: the `SSL_CTX` is only changed before ``make(pair:configuration:clientTrust:)`` returns; after that OpenSSL
// lets any thread make an `SSL` from it, its reference count being atomic and its session cache being off.
@safe
package final class TLSServerContext: @unchecked Sendable {
    /// What a listener may choose.
    package struct Configuration: Sendable, Hashable {
        /// The oldest version that is spoken.
        package var minimumVersion: TLSVersion
        /// ALPN names, best first; the order is the server's, whatever the client prefers.
        package var applicationProtocols: [String]

        package init(minimumVersion: TLSVersion = .tls12, applicationProtocols: [String] = ["h2", "http/1.1"]) {
            self.minimumVersion = minimumVersion
            self.applicationProtocols = applicationProtocols
        }
    }

    /// Forward secrecy and authenticated encryption only, the cheapest for a machine with AES instructions first.
    ///
    /// TLS 1.3 has no others; these are for TLS 1.2.
    static let cipherSuites = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")

    /// TLS 1.3 suites in the same order; OpenSSL's own default begins with AES-256.
    static let tls13CipherSuites = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ].joined(separator: ":")

    /// What is served: for `/metrics` and the start-up log.
    package let pair: CertificatePair

    private let raw: OpaquePointer
    private let applicationProtocols: ApplicationProtocolList
    /// Kept for the pointer OpenSSL has to it.
    private let clientTrust: ClientTrust?

    private init(
        adopting raw: OpaquePointer,
        pair: CertificatePair,
        clientTrust: ClientTrust?,
        applicationProtocols: ApplicationProtocolList
    ) {
        unsafe self.raw = raw
        self.pair = pair
        self.clientTrust = clientTrust
        self.applicationProtocols = applicationProtocols
    }

    deinit {
        unsafe SSL_CTX_free(raw)
    }

    /// Makes a context that serves `pair`, to the clients of `clientTrust` only if there is one.
    ///
    /// - Throws: `TLSError.openSSL` when OpenSSL refuses the certificate, for example for a SHA-1 signature.
    package static func make(
        pair: CertificatePair,
        configuration: Configuration = Configuration(),
        clientTrust: ClientTrust? = nil
    ) throws(TLSError) -> TLSServerContext {
        OpenSSLErrorQueue.clear()
        guard let raw = unsafe SSL_CTX_new(TLS_server_method()) else { throw .openSSL(doing: "create a TLS context") }
        let context = unsafe TLSServerContext(
            adopting: raw,
            pair: pair,
            clientTrust: clientTrust,
            applicationProtocols: ApplicationProtocolList(configuration.applicationProtocols)
        )
        try context.setVersionsAndCiphers(minimum: configuration.minimumVersion)
        context.setModes()
        unsafe TLSConnection.countKeyUpdates(of: raw)
        unsafe context.applicationProtocols.install(in: raw)
        unsafe try pair.install(in: raw)
        unsafe try clientTrust?.install(in: raw)
        return context
    }

    /// Makes a context from PEM text in memory, checked as files are.
    package static func make(
        certificateChainPEM: String,
        privateKeyPEM: String,
        configuration: Configuration = Configuration(),
        now: UnixTime = .now()
    ) throws(TLSError) -> TLSServerContext {
        let pair = try CertificatePair(certificateChainPEM: certificateChainPEM, privateKeyPEM: privateKeyPEM, now: now)
        return try make(pair: pair, configuration: configuration)
    }

    /// A connection that waits for a ClientHello.
    func makeConnection() throws(TLSError) -> TLSConnection {
        OpenSSLErrorQueue.clear()
        guard let ssl = unsafe SSL_new(raw) else { throw .openSSL(doing: "create a TLS connection") }
        return unsafe try .make(adopting: ssl, role: .server, owner: self)
    }

    private func setVersionsAndCiphers(minimum: TLSVersion) throws(TLSError) {
        let version = minimum == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        guard unsafe COpenSSL_SSL_CTX_set_min_proto_version(raw, version) == 1 else {
            throw .openSSL(doing: "set the minimum TLS version")
        }
        guard unsafe SSL_CTX_set_cipher_list(raw, Self.cipherSuites) == 1,
            unsafe SSL_CTX_set_ciphersuites(raw, Self.tls13CipherSuites) == 1
        else {
            throw .openSSL(doing: "set the TLS cipher suites")
        }
    }

    private func setModes() {
        unsafe SSL_CTX_set_options(raw, COpenSSL_server_options())
        // The API server's client keeps no session cache: tickets would cost 40 µs a connection for nothing.
        unsafe SSL_CTX_set_num_tickets(raw, 0)
        unsafe COpenSSL_SSL_CTX_disable_session_cache(raw)
        // RELEASE_BUFFERS saves 25 KB an idle connection at no measured CPU cost; the other two belong to writes that
        // are retried with what is left of a ByteBuffer.
        let modes = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        unsafe COpenSSL_SSL_CTX_set_mode(raw, CLong(modes))
        // One BIO read a burst in place of two a record: 2% of the CPU time a request.
        unsafe COpenSSL_SSL_CTX_set_read_ahead(raw, 1)
    }
}
