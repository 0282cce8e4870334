internal import ArgumentParser
internal import Logging
internal import TLS

/// What the server shows its clients.
struct TLSOptions: ParsableArguments {
    /// TLS versions as people write them.
    enum Version: String, ExpressibleByArgument, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp(
            "Certificate chain (PEM), the server's own first; without it the server makes one for itself.",
            valueName: "file"
        )
    )
    var certificateFile: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("Private key (PEM) of that certificate.", valueName: "file")
    )
    var keyFile: String?

    @Option(name: .customLong("tls-min-version"), help: "Oldest version of TLS that is spoken.")
    var minimumVersion = Version.tls12

    func validate() throws {
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: give both or none")
        }
    }

    /// Loads the certificate, or makes one.
    func context(logger: Logger) throws(CommandFailure) -> TLSServerContext {
        do throws(TLSError) {
            let pair: CertificatePair
            if let certificateFile, let keyFile {
                pair = try CertificatePair(certificateChainFile: certificateFile, privateKeyFile: keyFile)
            } else {
                pair = try SelfMadeCertificate.make()
                SelfMadeCertificate.log(pair, to: logger)
            }
            for warning in pair.warnings { logger.warning("certificate", metadata: ["warning": "\(warning)"]) }
            let version: TLSVersion = minimumVersion == .tls13 ? .tls13 : .tls12
            return try TLSServerContext.make(pair: pair, configuration: .init(minimumVersion: version))
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
