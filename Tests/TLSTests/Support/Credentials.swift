import TLS

/// Certificates made by the test itself, at a time the test chooses.
enum Credentials {
    static let noon = UnixTime(secondsSinceEpoch: 1_700_000_000)

    static func make(
        names: [SubjectAlternativeName] = [.dns("localhost")],
        keyType: CertificateAuthority.KeyType = .ecdsaP256,
        days: Int = 365,
        at now: UnixTime = noon
    ) throws -> CertificateAuthority.Issued {
        let authority = try CertificateAuthority.make(commonName: "test CA", now: now)
        return try authority.issueServerCertificate(names: names, days: days, keyType: keyType, now: now)
    }

    static func context(
        keyType: CertificateAuthority.KeyType = .ecdsaP256,
        configuration: TLSServerContext.Configuration = TLSServerContext.Configuration()
    ) throws -> TLSServerContext {
        let issued = try make(keyType: keyType)
        return try TLSServerContext.make(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM,
            configuration: configuration,
            now: noon
        )
    }
}
