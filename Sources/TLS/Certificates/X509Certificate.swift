import COpenSSL

/// Owner of one `X509`, read-only.
// Unchecked: nothing changes the C object after it was adopted, and OpenSSL guards its lazy parts itself.
@safe
final class X509Certificate: @unchecked Sendable {
    private let raw: OpaquePointer

    /// Takes ownership of `raw`.
    init(adopting raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    deinit {
        unsafe X509_free(raw)
    }

    /// Lends the C object, which must not escape.
    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        unsafe body(raw)
    }

    // MARK: Parsing

    /// A chain is never empty.
    struct Chain {
        var first: X509Certificate
        var rest: [X509Certificate]
    }

    /// All certificates of a PEM text in order.
    ///
    /// Other blocks in between are skipped.
    static func all(in text: PEMText) throws(TLSError) -> Chain {
        let certificates = unsafe try text.withBIO { bio throws(TLSError) in
            unsafe try readAll(from: bio, of: text)
        }
        guard let first = certificates.first else { throw text.noBlockProblem() }
        return Chain(first: first, rest: Array(certificates.dropFirst()))
    }

    private static func readAll(from bio: OpaquePointer, of text: PEMText) throws(TLSError) -> [X509Certificate] {
        var certificates: [X509Certificate] = []
        while let raw = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
            unsafe certificates.append(X509Certificate(adopting: raw))
        }
        let queue = OpenSSLErrorQueue.drain()
        // The end of the text is reported as an error too.
        guard queue.contains(library: ERR_LIB_PEM, reason: PEM_R_NO_START_LINE) else {
            throw text.problem(.malformed(queue.description))
        }
        return certificates
    }

    // MARK: Reading

    /// The first second of the validity.
    var notBefore: UnixTime { unsafe UnixTime(X509_get0_notBefore(raw)) }

    /// The last second of the validity.
    var notAfter: UnixTime { unsafe UnixTime(X509_get0_notAfter(raw)) }

    /// Whether servers may use it: no extended key usage at all, or one with serverAuth (RFC 5280 section 4.2.1.12).
    var isForServers: Bool {
        // Without the extension all bits are set.
        unsafe X509_get_extended_key_usage(raw) & UInt32(XKU_SSL_SERVER) != 0
    }

    /// Whether `issuer`'s subject and key identifier fit; the signature is not looked at.
    func isIssued(by issuer: X509Certificate) -> Bool {
        unsafe X509_check_issued(issuer.raw, raw) == X509_V_OK
    }

    /// Whether this certificate holds the public half of `key`.
    func isIssued(for key: PrivateKey) -> Bool {
        OpenSSLErrorQueue.clear()
        let matches = unsafe key.withPointer { unsafe X509_check_private_key(raw, $0) == 1 }
        OpenSSLErrorQueue.clear()
        return matches
    }

    /// SHA-256 over the DER bytes in lower-case hex.
    func fingerprint() throws(TLSError) -> String {
        OpenSSLErrorQueue.clear()
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        guard unsafe X509_digest(raw, EVP_sha256(), &digest, nil) == 1 else {
            throw .openSSL(doing: "compute the certificate's fingerprint")
        }
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// DNS names and IP addresses of the subjectAltName extension; other kinds of names are left out.
    var subjectAlternativeNames: [SubjectAlternativeName] {
        guard let names = unsafe X509_get_ext_d2i(raw, NID_subject_alt_name, nil, nil) else {
            // Absent or damaged: either way no client finds a name here.
            OpenSSLErrorQueue.clear()
            return []
        }
        let stack = OpaquePointer(names)
        defer { unsafe GENERAL_NAMES_free(stack) }
        return (0..<(unsafe COpenSSL_GENERAL_NAMES_count(stack))).compactMap { index in
            unsafe COpenSSL_GENERAL_NAMES_value(stack, index).flatMap { unsafe SubjectAlternativeName($0.pointee) }
        }
    }
}

extension UnixTime {
    /// From a certificate's time, which OpenSSL checked when it parsed the certificate.
    fileprivate init(_ time: UnsafePointer<ASN1_TIME>?) {
        var days: CInt = 0
        var seconds: CInt = 0
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_TIME_free(epoch) }
        // A time that cannot be read stays at the epoch, and the certificate counts as expired.
        unsafe ASN1_TIME_diff(&days, &seconds, epoch, time)
        self = UnixTime(secondsSinceEpoch: Int64(seconds)).adding(days: Int(days))
    }
}
