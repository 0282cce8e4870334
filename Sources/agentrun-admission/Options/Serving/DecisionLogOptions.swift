internal import AdmissionServer
internal import ArgumentParser
internal import Serving

/// Where decisions are logged, if they are.
struct DecisionLogOptions: ParsableArguments {
    /// A few days of a busy cluster: a line takes 2 to 4 KB.
    private static let defaultMaximumBytes = 100 << 20
    private static let defaultFiles = 5

    @Option(
        name: .customLong("decision-log"),
        help: ArgumentHelp(
            "File that gets one JSON line a review, without any text of a prompt; - is standard output. See replay.",
            valueName: "file"
        )
    )
    var path: String?

    @Option(
        name: .customLong("decision-log-max-bytes"),
        help: ArgumentHelp("Size from which on the file is rotated.", valueName: "bytes")
    )
    var maximumBytes = defaultMaximumBytes

    @Option(
        name: .customLong("decision-log-files"),
        help: ArgumentHelp("Rotated files that are kept beside it, FILE.1 the youngest.", valueName: "count")
    )
    var files = defaultFiles

    @Option(
        name: .customLong("decision-log-key"),
        help: ArgumentHelp(
            "File of 32 random bytes or more that chains the lines, so that replay --verify finds what was changed, "
                + "taken out or put in; read at start.",
            valueName: "file"
        )
    )
    var key: String?

    func validate() throws {
        guard key == nil || path != nil else {
            throw ValidationError("--decision-log-key chains the lines of --decision-log: give that, too")
        }
        guard path?.isEmpty != true else { throw ValidationError("--decision-log must name a file, or -") }
        guard (4096...(1 << 40)).contains(maximumBytes) else {
            throw ValidationError("--decision-log-max-bytes must be 4096 to \(1 << 40)")
        }
        guard (1...1000).contains(files) else { throw ValidationError("--decision-log-files must be 1 to 1000") }
    }

    /// Nil for no log.
    var settings: ServerSettings.DecisionLog? {
        path.map { path in
            let location = DecisionFile.Location(path: path, maximumBytes: maximumBytes, rotatedFiles: files)
            return ServerSettings.DecisionLog(location: location, keyFile: key)
        }
    }
}
