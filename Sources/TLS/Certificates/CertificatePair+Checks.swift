import COpenSSL

extension CertificatePair {
    /// Certificates with less left are worth a warning at start: a week is what an operator needs to renew one by hand.
    private static let expiryWarningDays = 7

    /// The smallest RSA modulus OpenSSL's and Go's defaults accept.
    static let minimumRSABits = 2048

    /// The smallest elliptic curve group order clients accept: that of P-256.
    static let minimumCurveBits = 256

    /// The curves that TLS clients take a certificate of: P-256, P-384 and P-521, by OpenSSL's names.
    static let curves: Set<String> = ["prime256v1", "secp384r1", "secp521r1"]

    /// What clients of this server will stumble over, though it can start.
    static func warnings(leaf: X509Certificate, intermediates: [X509Certificate], now: UnixTime) -> [String] {
        var warnings: [String] = []
        if leaf.subjectAlternativeNames.isEmpty {
            warnings.append(
                "the serving certificate has no subject alternative name, and a kube-apiserver ignores the common name: it will "
                    + "refuse the connection; issue a certificate for <service>.<namespace>.svc"
            )
        }
        if !leaf.isForServers {
            warnings.append(
                "the serving certificate's extended key usage lacks serverAuth: clients will refuse it; issue one that has it"
            )
        }
        if leaf.notAfter < now.adding(days: expiryWarningDays) {
            warnings.append(
                "the serving certificate expires at \(leaf.notAfter), within \(expiryWarningDays) days; renew it"
            )
        }
        if !isOrdered(leaf: leaf, intermediates: intermediates) {
            warnings.append(
                "the certificates after the first are not each the issuer of the one before: clients may not find the way to "
                    + "their CA; put them in order"
            )
        }
        return warnings
    }

    private static func isOrdered(leaf: X509Certificate, intermediates: [X509Certificate]) -> Bool {
        zip([leaf] + intermediates, intermediates).allSatisfy { $0.isIssued(by: $1) }
    }
}

extension X509Certificate {
    /// Throws unless `now` is within the validity, its ends included (RFC 5280 section 4.1.2.5).
    func check(isValidAt now: UnixTime, from text: PEMText) throws(TLSError) {
        if now > notAfter {
            throw text.problem(.expired(notAfter: notAfter, now: now))
        }
        if now < notBefore {
            throw text.problem(.notYetValid(notBefore: notBefore, now: now))
        }
    }
}

extension PrivateKey {
    /// Throws unless this is a strong RSA or ECDSA key and `leaf` was issued for it.
    func check(
        matches leaf: X509Certificate,
        from certificateSource: CertificateProblem.Source,
        key: PEMText
    ) throws(TLSError) {
        let minimumBits =
            switch algorithm {
            case .rsa: CertificatePair.minimumRSABits
            case .ellipticCurve: CertificatePair.minimumCurveBits
            case .other(let name): throw key.problem(.unsupportedKeyType(name))
            }
        guard bits >= minimumBits else { throw key.problem(.weakKey(bits: bits, minimum: minimumBits)) }
        if let curve, !CertificatePair.curves.contains(curve) { throw key.problem(.unsupportedKeyType("EC \(curve)")) }
        guard leaf.isIssued(for: self) else { throw key.problem(.doesNotMatch(certificate: certificateSource)) }
    }
}
