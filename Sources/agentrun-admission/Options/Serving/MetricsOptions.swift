internal import ArgumentParser
internal import Serving

/// Where the metrics are.
struct MetricsOptions: ParsableArguments {
    /// A port, or none.
    enum Port: ExpressibleByArgument, Hashable {
        case none
        case number(Int)

        init?(argument: String) {
            if argument == "none" {
                self = .none
            } else if let number = Int(argument), (0...65_535).contains(number) {
                self = .number(number)
            } else {
                return nil
            }
        }

        var defaultValueDescription: String {
            switch self {
            case .none: "none"
            case .number(let number): String(number)
            }
        }
    }

    /// Prometheus' own port, which is where its examples look; 8080, the other custom, is what most other programs of a
    /// developer's machine listen on.
    static let defaultPort = 9090

    @Option(
        name: .customLong("metrics-port"),
        help: ArgumentHelp(
            "Port for GET /metrics, /livez and /readyz, by plain HTTP; 0 lets the system choose, and the log tells; none for no metrics.",
            valueName: "port"
        )
    )
    var port = Port.number(defaultPort)

    @Flag(
        name: .customLong("metrics-tls"),
        help: "Serve the metrics by HTTPS, with the certificate (and the client authorities) of the webhook."
    )
    var usesTLS = false

    /// Nil for no metrics.
    var settings: ServerSettings.Metrics? {
        guard case .number(let port) = port else { return nil }
        return ServerSettings.Metrics(port: port, usesTLS: usesTLS)
    }
}
