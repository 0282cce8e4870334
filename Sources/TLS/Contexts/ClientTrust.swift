import COpenSSL

/// Which clients a server takes: those that show a certificate of one of its authorities and bear an allowed name.
// Unchecked: nothing changes after `init`, the certificates included.
@safe
package final class ClientTrust: @unchecked Sendable {
    /// What a client's certificates may be long together: a dozen with RSA keys of 4096 bits.
    private static let maximumChainBytes = 32 * 1024

    private let authorities: [X509Certificate]
    /// Common names as bytes; empty, as the next is then, for any.
    private let allowedCommonNames: Set<[UInt8]>
    /// Those of the names that can be a DNS name or an address, compared as such.
    private let allowedAlternatives: Set<SubjectAlternativeName>
    /// Whether the handshake fails without a good certificate.
    fileprivate let isDemanded: Bool

    /// Reads the authorities' certificates, blocking.
    ///
    /// - Parameters:
    ///   - authoritiesFile: PEM, one certificate or several, roots or not.
    ///   - allowedNames: a client's common name must be one of these, byte by byte, or one of its DNS names, in whatever
    ///     case, or one of its addresses, however it is written; empty for any client of the authorities.
    /// - Throws: `TLSError.certificate` naming the file and the reason.
    package convenience init(authoritiesFile: String, allowedNames: [String]) throws(TLSError) {
        try self.init(PEMText(contentsOf: authoritiesFile, part: .clientAuthorities), allowedNames)
    }

    /// Takes PEM text in memory.
    ///
    /// Where nothing `isDemanded`, clients are only asked, as a kube-apiserver does: each comes in, and
    /// ``TLSHandler/clientCertificate`` tells what is to be thought of it.
    package convenience init(
        authoritiesPEM: String,
        allowedNames: [String],
        isDemanded: Bool = true
    ) throws(TLSError) {
        try self.init(PEMText(authoritiesPEM, part: .clientAuthorities), allowedNames, isDemanded: isDemanded)
    }

    private init(_ text: PEMText, _ allowedNames: [String], isDemanded: Bool = true) throws(TLSError) {
        let chain = try X509Certificate.all(in: text)
        authorities = [chain.first] + chain.rest
        allowedCommonNames = Set(allowedNames.map { Array($0.utf8) })
        allowedAlternatives = Set(
            allowedNames.compactMap { name in try? SubjectAlternativeName(parsing: name) }
        )
        self.isDemanded = isDemanded
    }

    /// Makes `context` ask every client for its certificate and refuse those without a good one.
    ///
    /// `context` keeps a pointer to `self` without counting it, so `self` must outlive every connection made from it.
    func install(in context: OpaquePointer) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        let store = unsafe SSL_CTX_get_cert_store(context)
        for authority in authorities {
            let isAdded = unsafe authority.withPointer {
                // The second tells clients which of their certificates is wanted.
                unsafe X509_STORE_add_cert(store, $0) == 1 && SSL_CTX_add_client_CA(context, $0) == 1
            }
            guard isAdded else { throw .openSSL(doing: "trust an authority of clients") }
        }
        // OpenSSL makes room for what a client says its chain is long.
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_CERT_LIST, Self.maximumChainBytes, nil)
        // An intermediate authority may be trusted for its own clients alone.
        unsafe X509_STORE_set_flags(store, CUnsignedLong(X509_V_FLAG_PARTIAL_CHAIN))
        let demand = isDemanded ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | demand, nil)
        // Who only asks looks at the time of each request.
        if !isDemanded { unsafe X509_STORE_set_flags(store, CUnsignedLong(X509_V_FLAG_NO_CHECK_TIME)) }
        unsafe SSL_CTX_set_cert_verify_callback(context, verifyClient, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether a client whose certificate is `certificate` may come in, the chain being good.
    fileprivate func allows(_ certificate: X509Certificate) -> Bool {
        guard !allowedCommonNames.isEmpty else { return true }
        if let name = certificate.commonName, allowedCommonNames.contains(Array(name.utf8)) { return true }
        return certificate.subjectAlternativeNames.contains { allowedAlternatives.contains($0) }
    }
}

/// The callback of `SSL_CTX_set_cert_verify_callback`: the library's own verification, then the names.
private func verifyClient(context: OpaquePointer?, argument: UnsafeMutableRawPointer?) -> CInt {
    guard let argument = unsafe argument else { return 0 }
    let trust = unsafe Unmanaged<ClientTrust>.fromOpaque(argument).takeUnretainedValue()
    // What is wrong is kept in the context.
    guard unsafe X509_verify_cert(context) == 1 else { return trust.isDemanded ? 0 : 1 }
    guard let raw = unsafe X509_STORE_CTX_get0_cert(context), unsafe X509_up_ref(raw) == 1 else { return 0 }
    if trust.allows(unsafe X509Certificate(adopting: raw)) { return 1 }
    unsafe X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION)
    return trust.isDemanded ? 0 : 1
}

extension X509Certificate {
    /// The subject's first common name.
    fileprivate var commonName: String? {
        unsafe withPointer { raw in
            let subject = unsafe X509_get_subject_name(raw)
            let index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
            guard index >= 0 else { return nil }
            let value = unsafe X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index))
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = unsafe ASN1_STRING_to_UTF8(&bytes, value)
            guard count >= 0, let bytes = unsafe bytes else { return nil }
            defer { unsafe CRYPTO_free(bytes, nil, 0) }
            return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
        }
    }
}
