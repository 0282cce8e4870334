import COpenSSL

/// A certificate authority made on the spot, for a server that was given no certificate and for `certs generate`.
@safe
package final class CertificateAuthority {
    /// What an authority makes keys of.
    package enum KeyType: Sendable, Hashable, CaseIterable {
        /// The default: a handshake costs half of RSA's.
        case ecdsaP256
        case rsa2048
    }

    /// A certificate with its key, both PEM.
    ///
    /// `privateKeyPEM` is secret and never part of a description.
    package struct Issued: Sendable, CustomStringConvertible {
        package let certificatePEM: String
        /// PKCS#8 without passphrase.
        package let privateKeyPEM: String

        package var description: String { certificatePEM }
    }

    /// Ten years: an authority is distributed by hand, into the webhook configuration's `caBundle`.
    package static let defaultAuthorityDays = 3650
    /// One year, what most clients still accept.
    package static let defaultServerDays = 365
    /// Validity begins this much earlier.
    ///
    /// For clients whose clock is behind by up to a day, though the clock it was made by was a day ahead: what is made
    /// while a clock has jumped is good when it is put right.
    package static let clockSkewSeconds: Int64 = 2 * 86_400

    /// The authority itself: its certificate is the `caBundle`.
    package let issued: Issued
    /// The last second of its validity; what it issues ends then at the latest.
    package let notAfter: UnixTime

    private let certificate: X509Certificate
    private let key: PrivateKey

    private init(certificate: X509Certificate, key: PrivateKey) throws(TLSError) {
        self.certificate = certificate
        self.key = key
        notAfter = certificate.notAfter
        issued = Issued(certificatePEM: try certificate.pem(), privateKeyPEM: try key.pem())
    }

    /// Makes a new self-signed authority in memory.
    ///
    /// - Parameters:
    ///   - commonName: its subject, at most 64 bytes (RFC 5280 appendix A.1).
    ///   - days: how long it is valid.
    ///   - keyType: what its key is.
    ///   - now: the time its validity is counted from.
    /// - Returns: the authority, ready to issue.
    /// - Throws: `TLSError.openSSL`.
    package static func make(
        commonName: String,
        days: Int = defaultAuthorityDays,
        keyType: KeyType = .ecdsaP256,
        now: UnixTime = .now()
    ) throws(TLSError) -> CertificateAuthority {
        try make(commonName: commonName, until: now.adding(days: days), keyType: keyType, now: now)
    }

    /// Makes a new self-signed authority that is valid until `notAfter`.
    package static func make(
        commonName: String,
        until notAfter: UnixTime,
        keyType: KeyType = .ecdsaP256,
        now: UnixTime
    ) throws(TLSError) -> CertificateAuthority {
        let key = try PrivateKey.generate(keyType)
        let draft = try CertificateDraft(key: key)
        try draft.setSerialNumber()
        try draft.setValidity(from: now.adding(seconds: -clockSkewSeconds), to: notAfter)
        try draft.setSubject(commonName: commonName)
        try draft.setIssuer(nil)
        // It signs servers only, no other authorities.
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: nil)
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: nil)
        try draft.add(NID_subject_key_identifier, "hash", issuer: nil)
        try draft.add(NID_authority_key_identifier, "keyid:always", issuer: nil)
        let certificate = try draft.sign(with: key)
        return try CertificateAuthority(certificate: certificate, key: key)
    }

    /// Takes up an authority again that was kept as PEM text.
    ///
    /// - Throws: `TLSError.certificate` when either is unreadable or they do not belong together.
    package static func load(certificatePEM: String, privateKeyPEM: String) throws(TLSError) -> CertificateAuthority {
        let text = try PEMText(certificatePEM, part: .authorities)
        let keyText = try PEMText(privateKeyPEM, part: .authorityKey)
        let certificate = try X509Certificate.all(in: text).first
        let key = try PrivateKey(keyText)
        guard certificate.isIssued(for: key) else { throw keyText.problem(.doesNotMatch(certificate: text.source)) }
        return try CertificateAuthority(certificate: certificate, key: key)
    }

    /// Issues a certificate for a server, with a key of its own.
    ///
    /// - Parameters:
    ///   - names: what clients call it; at least one, or no client will accept it.
    ///   - commonName: for people; clients ignore it.
    ///   - days: how long it is valid, cut where the authority ends.
    ///   - keyType: what its key is.
    ///   - now: the time its validity is counted from.
    /// - Returns: the certificate alone, without the authority's, and its key.
    /// - Throws: `TLSError.invalidName` or `TLSError.openSSL`.
    package func issueServerCertificate(
        names: [SubjectAlternativeName],
        commonName: String = "agentrun-admission",
        days: Int = defaultServerDays,
        keyType: KeyType = .ecdsaP256,
        now: UnixTime = .now()
    ) throws(TLSError) -> Issued {
        let end = now.adding(days: days)
        return try issueServerCertificate(names: names, commonName: commonName, until: end, keyType: keyType, now: now)
    }

    /// Issues a certificate for a server that is valid until `notAfter`, or until the authority ends.
    package func issueServerCertificate(
        names: [SubjectAlternativeName],
        commonName: String = "agentrun-admission",
        until notAfter: UnixTime,
        keyType: KeyType = .ecdsaP256,
        now: UnixTime
    ) throws(TLSError) -> Issued {
        try issue("serverAuth", names, commonName, until: notAfter, keyType, now)
    }

    /// Issues a certificate for a client, `commonName`, that is valid until `notAfter`, or until the authority ends.
    package func issueClientCertificate(
        commonName: String,
        until notAfter: UnixTime,
        keyType: KeyType = .ecdsaP256,
        now: UnixTime = .now()
    ) throws(TLSError) -> Issued {
        try issue("clientAuth", [], commonName, until: notAfter, keyType, now)
    }

    private func issue(
        _ usage: StaticString,
        _ names: [SubjectAlternativeName],
        _ commonName: String,
        until notAfter: UnixTime,
        _ keyType: KeyType,
        _ now: UnixTime
    ) throws(TLSError) -> Issued {
        let key = try PrivateKey.generate(keyType)
        let draft = try CertificateDraft(key: key)
        try draft.setSerialNumber()
        try draft.setValidity(
            from: now.adding(seconds: -Self.clockSkewSeconds),
            to: min(notAfter, self.notAfter)
        )
        try draft.setSubject(commonName: commonName)
        try draft.setIssuer(certificate)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE", issuer: certificate)
        // ECDHE only: the key signs and never encrypts.
        try draft.add(NID_key_usage, "critical,digitalSignature", issuer: certificate)
        try draft.add(NID_ext_key_usage, usage, issuer: certificate)
        try draft.add(NID_subject_key_identifier, "hash", issuer: certificate)
        try draft.add(NID_authority_key_identifier, "keyid:always", issuer: certificate)
        try draft.add(names)
        let leaf = try draft.sign(with: self.key)
        return Issued(certificatePEM: try leaf.pem(), privateKeyPEM: try key.pem())
    }
}
