internal import ArgumentParser
internal import Offline
internal import Serving
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

    /// Whether HTTP/2 is offered.
    enum HTTP2: String, ExpressibleByArgument, CaseIterable {
        case auto
        case on
        case off
    }

    @Option(
        name: .customLong("http2"),
        help:
            "Offer HTTP/2: on, off, or auto, which is off in a pod, where API servers call through a Service by HTTP/1.1."
    )
    var http2 = HTTP2.auto

    @Option(
        name: .customLong("tls-name"),
        help: ArgumentHelp(
            "Name clients call the server by, such as <service>.<namespace>.svc: a certificate without it is refused. May be "
                + "given several times.",
            valueName: "name"
        )
    )
    var names: [String] = []

    @Option(
        name: .customLong("client-ca"),
        help: ArgumentHelp("Authorities (PEM): clients have to show a certificate of one of them.", valueName: "file")
    )
    var clientAuthorities: String?

    @Option(
        name: .customLong("client-name"),
        help: ArgumentHelp(
            "Common name or subject alternative name such a client must have; without it any will do. May be given several "
                + "times.",
            valueName: "name"
        )
    )
    var clientNames: [String] = []

    func validate() throws {
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: give both or none")
        }
        guard names.isEmpty || certificateFile != nil else {
            throw ValidationError(
                "--tls-name says what the certificate of --tls-cert must be valid for: give that, too"
            )
        }
        guard clientNames.isEmpty || clientAuthorities != nil else {
            throw ValidationError("--client-name says which clients of --client-ca may come in: give that, too")
        }
        for name in names where (try? SubjectAlternativeName(parsing: name)) == nil {
            throw ValidationError("--tls-name must be a DNS name or an IP address")
        }
    }

    /// Whether HTTP/2 is offered, and why, for the log.
    var http2Choice: String {
        switch http2 {
        case .auto: offersHTTP2 ? "on: not in a pod" : "off: in a pod"
        case .on, .off: http2.rawValue
        }
    }

    /// An API server speaks HTTP/2 only to a URL on its own machine, which a pod behind a Service is not.
    private var offersHTTP2: Bool {
        switch http2 {
        case .auto: !ClusterConnection.isInPod
        case .on: true
        case .off: false
        }
    }

    /// The files, unread.
    func files() throws(CommandFailure) -> TLSFiles {
        var pair: TLSFiles.Pair?
        if let certificateFile, let keyFile { pair = TLSFiles.Pair(certificate: certificateFile, key: keyFile) }
        do throws(TLSError) {
            return TLSFiles(
                pair: pair,
                names: try names.map { name throws(TLSError) in try SubjectAlternativeName(parsing: name) },
                clientAuthorities: clientAuthorities,
                clientNames: clientNames,
                configuration: .init(
                    minimumVersion: minimumVersion == .tls13 ? .tls13 : .tls12,
                    applicationProtocols: offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
                )
            )
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
