import COpenSSL

/// The certificate of an authority as others have it, without its key: one block of a `caBundle`.
package struct AuthorityCertificate: Sendable, Hashable {
    /// One `CERTIFICATE` block.
    package let pem: String
    /// SHA-256 over the DER bytes, 64 lower-case hex digits.
    package let fingerprint: String
    package let notBefore: UnixTime
    package let notAfter: UnixTime
    /// The subject's; empty when it has none.
    package let commonName: String
    /// basicConstraints say so.
    package let isAuthority: Bool

    private init(_ certificate: X509Certificate) throws(TLSError) {
        pem = try certificate.pem()
        fingerprint = try certificate.fingerprint()
        (notBefore, notAfter) = (certificate.notBefore, certificate.notAfter)
        (commonName, isAuthority) = (certificate.commonName, certificate.isAuthority)
    }

    /// All certificates of a PEM text, in order.
    ///
    /// - Throws: `TLSError.certificate` when there is none, or one is damaged.
    package static func all(inPEM text: String) throws(TLSError) -> [AuthorityCertificate] {
        let chain = try X509Certificate.all(in: PEMText(text, part: .authorities))
        var all: [AuthorityCertificate] = []
        for certificate in [chain.first] + chain.rest { all.append(try AuthorityCertificate(certificate)) }
        return all
    }

    /// Whether this authority signed the pair's certificate: names and key identifiers fit, and so does the signature.
    package func hasIssued(_ pair: CertificatePair) -> Bool {
        guard let own = try? X509Certificate.all(in: PEMText(pem, part: .authorities)).first else { return false }
        return pair.isIssued(by: own)
    }
}

extension X509Certificate {
    /// Of the subject; empty when there is none.
    fileprivate var commonName: String {
        var text = [CChar](repeating: 0, count: 257)
        return unsafe withPointer { raw in
            let name = unsafe X509_get_subject_name(raw)
            let count = unsafe X509_NAME_get_text_by_NID(name, NID_commonName, &text, CInt(text.count))
            guard count > 0 else { return "" }
            return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    fileprivate var isAuthority: Bool { unsafe withPointer { unsafe X509_check_ca($0) == 1 } }

    /// Whether `issuer` signed it.
    func isSigned(by issuer: X509Certificate) -> Bool {
        guard isIssued(by: issuer) else { return false }
        OpenSSLErrorQueue.clear()
        let fits = unsafe withPointer { leaf in
            unsafe issuer.withPointer { unsafe X509_verify(leaf, X509_get0_pubkey($0)) == 1 }
        }
        OpenSSLErrorQueue.clear()
        return fits
    }
}
