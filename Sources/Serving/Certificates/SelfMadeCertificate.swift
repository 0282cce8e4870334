internal import Logging
internal import TLS

/// The certificate of a server that was given none: in memory, gone with the process.
enum SelfMadeCertificate {
    static func make() throws(TLSError) -> CertificatePair {
        let authority = try CertificateAuthority.make(commonName: "agentrun-admission, made at start")
        let issued = try authority.issueServerCertificate(names: LocalNames.all)
        return try CertificatePair(certificateChainPEM: issued.certificatePEM, privateKeyPEM: issued.privateKeyPEM)
    }

    static func log(_ pair: CertificatePair, to logger: Logger) {
        logger.warning(
            "serving a certificate made at start, which no API server trusts",
            metadata: [
                "names": "\(pair.subjectAlternativeNames.map(\.description).joined(separator: ","))",
                "sha256": "\(pair.fingerprint)",
                "remedy": "run `agentrun-admission certs generate`, then pass --tls-cert and --tls-key",
            ]
        )
    }
}
