import COpenSSL

/// A certificate chain and the private key of its leaf, loaded and checked: what a server shows its clients, or a client
/// its server.
// Unchecked: the C objects are never changed after `init`; OpenSSL counts references atomically and guards what it
// computes lazily with locks of its own.
@safe
package final class CertificatePair: @unchecked Sendable {
    /// The names and addresses the leaf is valid for.
    ///
    /// A kube-apiserver looks at nothing else.
    package let subjectAlternativeNames: [SubjectAlternativeName]
    /// The first second of the leaf's validity.
    package let notBefore: UnixTime
    /// The last second of the leaf's validity.
    package let notAfter: UnixTime
    /// SHA-256 over the leaf's DER bytes, 64 lower-case hex digits.
    package let fingerprint: String
    /// What does not stop the server but will make clients refuse it, as sentences for the log.
    package let warnings: [String]

    private let leaf: X509Certificate
    private let intermediates: [X509Certificate]
    private let key: PrivateKey

    /// Loads both files and checks them against each other and the clock.
    ///
    /// This is blocking file and key work: it does not belong on an event loop.
    ///
    /// - Parameters:
    ///   - certificateChainFile: PEM, the server's own certificate first, then the intermediates.
    ///   - privateKeyFile: PEM, without passphrase: PKCS#8, PKCS#1 or SEC 1.
    ///   - now: the time the validity is checked against.
    /// - Throws: `TLSError.certificate` naming the file, the reason and the remedy.
    package convenience init(
        certificateChainFile: String,
        privateKeyFile: String,
        now: UnixTime = .now()
    ) throws(TLSError) {
        let chain = try PEMText(contentsOf: certificateChainFile, part: .certificateChain)
        let key = try PEMText(contentsOf: privateKeyFile, part: .privateKey)
        try self.init(chain: chain, key: key, now: now)
    }

    /// Checks PEM text in memory as if it came from files.
    package convenience init(
        certificateChainPEM: String,
        privateKeyPEM: String,
        now: UnixTime = .now()
    ) throws(TLSError) {
        let chain = try PEMText(certificateChainPEM, part: .certificateChain)
        let key = try PEMText(privateKeyPEM, part: .privateKey)
        try self.init(chain: chain, key: key, now: now)
    }

    /// Checks PEM text in memory that says who a client is.
    package convenience init(
        clientCertificatePEM: String,
        privateKeyPEM: String,
        now: UnixTime = .now()
    ) throws(TLSError) {
        let chain = try PEMText(clientCertificatePEM, part: .clientCertificate)
        let key = try PEMText(privateKeyPEM, part: .clientKey)
        try self.init(chain: chain, key: key, now: now)
    }

    private init(chain: PEMText, key: PEMText, now: UnixTime) throws(TLSError) {
        let certificates = try X509Certificate.all(in: chain)
        let privateKey = try PrivateKey(key)
        let leaf = certificates.first
        try privateKey.check(matches: leaf, from: chain.source, key: key)
        try leaf.check(isValidAt: now, from: chain)

        self.leaf = leaf
        intermediates = certificates.rest
        self.key = privateKey
        subjectAlternativeNames = leaf.subjectAlternativeNames
        notBefore = leaf.notBefore
        notAfter = leaf.notAfter
        fingerprint = try leaf.fingerprint()
        warnings = Self.warnings(leaf: leaf, intermediates: certificates.rest, now: now)
    }

    /// Whether `authority` signed the leaf.
    func isIssued(by authority: X509Certificate) -> Bool { leaf.isSigned(by: authority) }

    /// Hands certificate, chain and key to an `SSL_CTX`, which counts references of its own.
    func install(in context: OpaquePointer) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        let isLeafInstalled = unsafe leaf.withPointer { unsafe SSL_CTX_use_certificate(context, $0) == 1 }
        guard isLeafInstalled else { throw .openSSL(doing: "use the certificate") }
        let isKeyInstalled = unsafe key.withPointer { unsafe SSL_CTX_use_PrivateKey(context, $0) == 1 }
        guard isKeyInstalled else { throw .openSSL(doing: "use the private key") }
        for intermediate in intermediates {
            let isAdded = unsafe intermediate.withPointer { unsafe COpenSSL_SSL_CTX_add1_chain_cert(context, $0) == 1 }
            guard isAdded else { throw .openSSL(doing: "use an intermediate certificate") }
        }
    }
}
