private import AdmissionServer
internal import ArgumentParser
internal import Logging
internal import NIOCore

/// What is logged, and how.
struct LogOptions: ParsableArguments {
    /// Forms of a log line.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    /// A duration as Go writes it.
    struct Time: ExpressibleByArgument {
        var amount: TimeAmount

        init(_ amount: TimeAmount) {
            self.amount = amount
        }

        init?(argument: String) {
            guard let amount = GoDuration.parse(argument) else { return nil }
            self.amount = amount
        }

        var defaultValueDescription: String { "\(amount.nanoseconds / 1_000_000)ms" }
    }

    @Option(name: .customLong("log-level"), help: "Least level that is logged.")
    var level = LogLevel.info

    @Option(name: .customLong("log-format"), help: "Form of the lines, which go to standard error.")
    var format = Format.text

    @Option(
        name: .customLong("slow-review"),
        help: ArgumentHelp(
            "Time from which on a review that is allowed gets a line at level info, as a denied one does: 250ms, 1s.",
            valueName: "duration"
        )
    )
    var slowReview = Time(ReviewLog.defaultSlowReview)

    /// Makes the loggers of the process; once.
    func bootstrap() -> Logger {
        let format = format
        LoggingSystem.bootstrap { label in
            switch format {
            case .text: VisibleLogHandler(StreamLogHandler.standardError(label: label))
            case .json: JSONLogHandler(label: label) { StandardError.write($0) }
            }
        }
        var logger = Logger(label: "agentrun-admission")
        logger.logLevel = level.level
        return logger
    }
}
