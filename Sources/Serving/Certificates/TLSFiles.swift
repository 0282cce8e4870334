package import TLS

/// The files of the server's TLS, and what makes of them what is served.
package struct TLSFiles: Sendable {
    /// Certificate chain and key.
    package struct Pair: Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }
    }

    /// Nil for a certificate made at start.
    package var pair: Pair?
    /// What the certificate must be valid for; empty for anything.
    package var names: [SubjectAlternativeName]
    /// Nil for clients that show no certificate.
    package var clientAuthorities: String?
    /// Empty for any client of the authorities.
    package var clientNames: [String]
    package var configuration: TLSServerContext.Configuration

    /// Without files, a certificate made at start for any client.
    package init(
        pair: Pair? = nil,
        names: [SubjectAlternativeName] = [],
        clientAuthorities: String? = nil,
        clientNames: [String] = [],
        configuration: TLSServerContext.Configuration = .init()
    ) {
        (self.pair, self.names) = (pair, names)
        (self.clientAuthorities, self.clientNames, self.configuration) = (clientAuthorities, clientNames, configuration)
    }

    /// Reads certificate and key and checks them against each other, the clock and the names; nil without files.
    func certificatePair() throws -> CertificatePair? {
        guard let pair else { return nil }
        let read: CertificatePair
        do {
            read = try CertificatePair(certificateChainFile: pair.certificate, privateKeyFile: pair.key)
        } catch {
            throw TLSFileProblem(error, flags: "--tls-cert and --tls-key")
        }
        do {
            try read.check(coversAll: names)
        } catch {
            throw TLSFileProblem(error, flags: "--tls-name")
        }
        return read
    }

    /// Reads the authorities of clients; nil without a file.
    func clientTrust() throws -> ClientTrust? {
        guard let clientAuthorities else { return nil }
        do {
            return try ClientTrust(authoritiesFile: clientAuthorities, allowedNames: clientNames)
        } catch {
            throw TLSFileProblem(error, flags: "--client-ca")
        }
    }

    func context(pair: CertificatePair, trust: ClientTrust?) throws(TLSError) -> TLSServerContext {
        try TLSServerContext.make(pair: pair, configuration: configuration, clientTrust: trust)
    }
}

/// What is wrong with files, in the words of who reads them, and which flags name them.
struct TLSFileProblem: Error, CustomStringConvertible {
    let description: String

    init(_ error: some Error, flags: String) {
        description = "\(error) (\(flags))"
    }
}
