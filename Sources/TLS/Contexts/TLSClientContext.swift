import COpenSSL

/// All that connections to one server share: whom to trust and the protocols to offer.
///
/// The server's chain and its name are verified by OpenSSL during the handshake; nothing is sent to a server that fails.
/// Immutable: renewed authorities are a new context.
// Unchecked: the `SSL_CTX` is only changed before ``make(configuration:)`` returns; after that OpenSSL lets any thread
// make an `SSL` from it.
@safe
package final class TLSClientContext: @unchecked Sendable {
    /// Whom to trust.
    package enum Trust: Sendable {
        /// The certificates of a PEM text, roots or not, and nobody else.
        case authoritiesPEM(String)
        /// Whom the machine trusts.
        case system
        /// Everybody, whatever name they bear: anyone in between can read and forge.
        case anybody
    }

    /// What a client may choose.
    package struct Configuration: Sendable {
        package var trust: Trust
        /// Who to be for a server that asks; nil to be nobody.
        package var identity: CertificatePair?
        /// ALPN names, best first.
        package var applicationProtocols: [String]
        /// When the server's certificate must be valid; nil for the time of the handshake.
        package var verificationTime: UnixTime?

        package init(
            trust: Trust,
            identity: CertificatePair? = nil,
            applicationProtocols: [String] = ["http/1.1"],
            verificationTime: UnixTime? = nil
        ) {
            self.trust = trust
            self.identity = identity
            self.applicationProtocols = applicationProtocols
            self.verificationTime = verificationTime
        }
    }

    private let raw: OpaquePointer

    private init(adopting raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    deinit {
        unsafe SSL_CTX_free(raw)
    }

    /// Makes a context that trusts whom `configuration` says.
    ///
    /// - Throws: `TLSError.certificate` when the authorities' PEM text has no certificate, or `TLSError.openSSL`.
    package static func make(configuration: Configuration) throws(TLSError) -> TLSClientContext {
        OpenSSLErrorQueue.clear()
        guard let raw = unsafe SSL_CTX_new(TLS_client_method()) else { throw .openSSL(doing: "create a TLS context") }
        let context = unsafe TLSClientContext(adopting: raw)
        try context.setVersionsAndCiphers()
        try context.setApplicationProtocols(configuration.applicationProtocols)
        try context.setTrust(configuration.trust)
        if let time = configuration.verificationTime {
            unsafe X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(raw), time_t(time.secondsSinceEpoch))
        }
        if let identity = configuration.identity { unsafe try identity.install(in: raw) }
        return context
    }

    /// A connection that is to begin its handshake with the server of that name.
    ///
    /// A DNS name goes into SNI and must be in the certificate's subjectAltName, whose common name is ignored; an IP
    /// address must be there as one and has no SNI (RFC 6066 section 3).
    func makeConnection(serverName: String) throws(TLSError) -> TLSConnection {
        let name = try SubjectAlternativeName(parsing: serverName)
        OpenSSLErrorQueue.clear()
        guard let ssl = unsafe SSL_new(raw) else { throw .openSSL(doing: "create a TLS connection") }
        let connection = unsafe try TLSConnection.make(adopting: ssl, role: .client, owner: self)
        let isSet: Bool
        switch name {
        case .dns(let host):
            let flags = CUnsignedInt(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
            unsafe SSL_set_hostflags(ssl, flags)
            isSet = unsafe SSL_set1_host(ssl, host) == 1 && COpenSSL_SSL_set_tlsext_host_name(ssl, host) == 1
        case .ipAddress(let address):
            isSet = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address) == 1
        }
        guard isSet else { throw .openSSL(doing: "set the server's name") }
        return connection
    }

    private func setVersionsAndCiphers() throws(TLSError) {
        guard unsafe COpenSSL_SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1,
            unsafe SSL_CTX_set_cipher_list(raw, TLSServerContext.cipherSuites) == 1,
            unsafe SSL_CTX_set_ciphersuites(raw, TLSServerContext.tls13CipherSuites) == 1
        else {
            throw .openSSL(doing: "set the TLS version and cipher suites")
        }
        unsafe SSL_CTX_set_options(raw, COpenSSL_client_options())
        unsafe COpenSSL_SSL_CTX_disable_session_cache(raw)
        let modes = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        unsafe COpenSSL_SSL_CTX_set_mode(raw, CLong(modes))
    }

    /// Names must have 1 to 255 bytes: they are ours, not a peer's.
    private func setApplicationProtocols(_ names: [String]) throws(TLSError) {
        guard !names.isEmpty else { return }
        let wire = names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        // Unlike its neighbours this function returns 0 for success.
        guard unsafe SSL_CTX_set_alpn_protos(raw, wire, CUnsignedInt(wire.count)) == 0 else {
            throw .openSSL(doing: "offer application protocols")
        }
    }

    private func setTrust(_ trust: Trust) throws(TLSError) {
        switch trust {
        case .anybody:
            unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nil)
            return
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(raw) == 1 else {
                throw .openSSL(doing: "load the system's certificate authorities")
            }
        case .authoritiesPEM(let text):
            let chain = try X509Certificate.all(in: PEMText(text, part: .authorities))
            let store = unsafe SSL_CTX_get_cert_store(raw)
            for certificate in [chain.first] + chain.rest {
                let isAdded = unsafe certificate.withPointer { unsafe X509_STORE_add_cert(store, $0) == 1 }
                guard isAdded else { throw .openSSL(doing: "trust a certificate authority") }
            }
            // A kubeconfig may name an intermediate, or the server's own certificate, as Go's clients accept.
            unsafe X509_STORE_set_flags(store, CUnsignedLong(X509_V_FLAG_PARTIAL_CHAIN))
        }
        unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
    }
}
