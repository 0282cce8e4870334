internal import ArgumentParser
internal import JSONPull
internal import Offline
internal import Reports
internal import Serving
private import TLS

/// `certs`: certificates for the webhook.
struct CertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs",
        abstract: "Make certificates.",
        discussion: """
            EXAMPLES
              agentrun-admission certs generate --dns agentrun-admission.agents.svc

            \(ExitCodes.certs.help)
            """,
        subcommands: [Generate.self]
    )

    /// `certs generate`: an authority and a certificate it issues for the server.
    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make ca.crt, ca.key, tls.crt and tls.key: an authority and a certificate for the server.",
            discussion: """
                In a cluster the server is called SERVICE.NAMESPACE.svc: pass that with --dns, or the API server will not \
                accept the certificate. ca.crt is the caBundle of the webhook configuration.

                EXAMPLES
                  agentrun-admission certs generate --dns agentrun-admission.agents.svc
                  agentrun-admission certs generate --directory out --dns localhost --ip 127.0.0.1

                \(ExitCodes.certsGenerate.help)
                """
        )

        @Option(help: ArgumentHelp("Folder to write to; made if it does not exist.", valueName: "folder"))
        var directory = "certs"

        @Option(help: ArgumentHelp("DNS name of the server; may be given several times.", valueName: "name"))
        var dns: [String] = []

        @Option(help: ArgumentHelp("IP address of the server; may be given several times.", valueName: "address"))
        var ip: [String] = []

        @Flag(help: "Overwrite files that exist.")
        var force = false

        @Flag(help: "RSA keys of 2048 bits, in place of ECDSA on P-256.")
        var rsa = false

        @Option(help: "How long the server's certificate is valid.")
        var days = CertificateAuthority.defaultServerDays

        func validate() throws {
            guard (1...CertificateAuthority.defaultAuthorityDays).contains(days) else {
                throw ValidationError("--days must be 1 to \(CertificateAuthority.defaultAuthorityDays)")
            }
        }

        func run() throws {
            let names = try self.names()
            let output = KeyFiles(directory: directory, overwrites: force)
            try output.check(CertificateFile.allCases.map(\.rawValue))
            let texts = try issue(names)
            try output.write(CertificateFile.allCases.map { ($0.rawValue, texts($0), $0.isSecret) })
            report(names)
        }

        /// What is written.
        private enum CertificateFile: String, CaseIterable {
            case authorityCertificate = "ca.crt"
            case authorityKey = "ca.key"
            case certificate = "tls.crt"
            case key = "tls.key"

            var isSecret: Bool { self == .authorityKey || self == .key }
        }

        private func names() throws(CommandFailure) -> [SubjectAlternativeName] {
            guard !dns.isEmpty || !ip.isEmpty else { return LocalNames.all }
            var names: [SubjectAlternativeName] = []
            for text in dns {
                guard case .dns(let name)? = try? SubjectAlternativeName(parsing: text) else {
                    throw CommandFailure("--dns \(text): not a DNS name; addresses are passed with --ip")
                }
                names.append(.dns(name))
            }
            for text in ip {
                guard case .ipAddress(let address)? = try? SubjectAlternativeName(parsing: text) else {
                    throw CommandFailure("--ip \(text): not an IP address; names are passed with --dns")
                }
                names.append(.ipAddress(address))
            }
            return names
        }

        private func issue(_ names: [SubjectAlternativeName]) throws(CommandFailure) -> (CertificateFile) -> String {
            do throws(TLSError) {
                let keyType: CertificateAuthority.KeyType = rsa ? .rsa2048 : .ecdsaP256
                let authority = try CertificateAuthority.make(commonName: "agentrun-admission CA", keyType: keyType)
                let server = try authority.issueServerCertificate(names: names, days: days, keyType: keyType)
                return { file in
                    switch file {
                    case .authorityCertificate: authority.issued.certificatePEM
                    case .authorityKey: authority.issued.privateKeyPEM
                    case .certificate: server.certificatePEM
                    case .key: server.privateKeyPEM
                    }
                }
            } catch {
                throw CommandFailure(error.description)
            }
        }

        private func report(_ names: [SubjectAlternativeName]) {
            let folder = VisibleText.line(directory)
            StandardOutput.write(
                """
                wrote \(CertificateFile.allCases.map { "\(folder)/\($0.rawValue)" }.joined(separator: ", "))
                valid for \(names.map(\.description).joined(separator: ", "))
                serve with    agentrun-admission serve --tls-cert \(folder)/tls.crt --tls-key \(folder)/tls.key
                caBundle is   base64 -w0 \(folder)/ca.crt

                """
            )
        }
    }
}
