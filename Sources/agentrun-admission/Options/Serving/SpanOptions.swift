internal import ArgumentParser
internal import Serving

/// Where spans are sent, if there are any.
struct SpanOptions: ParsableArguments {
    @Option(
        name: .customLong("otlp-endpoint"),
        help: ArgumentHelp(
            """
            Collector of OpenTelemetry that is sent spans of reviews whose trace the API server records, by OTLP/HTTP in JSON at \
            URL/v1/traces. Without it there are none.
            """,
            valueName: "url"
        )
    )
    var endpoint: String?

    @Option(
        name: .customLong("otlp-ca"),
        help: ArgumentHelp(
            "PEM file of the authorities that the collector's certificate must be of, in place of the system's.",
            valueName: "file"
        )
    )
    var authorityFile: String?

    func validate() throws {
        guard let endpoint else {
            guard authorityFile == nil else {
                throw ValidationError("--otlp-ca is for --otlp-endpoint: give that, too")
            }
            return
        }
        guard let settings = ServerSettings.Spans(endpoint: endpoint) else {
            throw ValidationError(
                "--otlp-endpoint must be http://HOST[:PORT] or https://HOST[:PORT], such as http://collector:4318"
            )
        }
        guard settings.isTLS || authorityFile == nil else {
            throw ValidationError("--otlp-ca is for an --otlp-endpoint of https://")
        }
    }

    /// Nil for none.
    var settings: ServerSettings.Spans? {
        endpoint.flatMap { ServerSettings.Spans(endpoint: $0, authorityFile: authorityFile) }
    }
}
