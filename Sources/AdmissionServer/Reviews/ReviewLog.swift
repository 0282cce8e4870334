internal import AdmissionAPI
internal import HTTPServer
internal import JSONPull
package import Logging
package import NIOCore
internal import Policy

/// What is logged of reviews: who was refused what and by which rule, and what took long.
///
/// Never a prompt, a secret's value or any other content of an object.
package struct ReviewLog: Sendable {
    /// A review takes 40 µs, and a full queue adds some 40 ms: what takes this long waits for something that is not well, and
    /// the least a webhook is given has passed.
    package static let defaultSlowReview = TimeAmount.seconds(1)

    /// Longest reason that is repeated, in characters (Unicode scalars): it may hold a path of many keys.
    private static let maximumReasonLength = 512

    private let logger: Logger
    private let slowReview: TimeAmount

    /// - Parameters:
    ///   - logger: gets the lines.
    ///   - slowReview: a review that takes at least this long gets one even if it is allowed.
    package init(logger: Logger, slowReview: TimeAmount = ReviewLog.defaultSlowReview) {
        self.logger = logger
        self.slowReview = slowReview
    }

    /// A review was answered; a denied or slow one shows at level info.
    func answered(_ verdict: Verdict, in time: TimeAmount, _ trace: TraceContext?) {
        guard verdict.allowed else {
            return logger.info("review denied", metadata: Self.metadata(of: verdict, time, trace))
        }
        guard time < slowReview else {
            return logger.info("review slow", metadata: Self.metadata(of: verdict, time, trace))
        }
        logger.debug("review allowed", metadata: Self.metadata(of: verdict, time, trace))
    }

    /// A body could not be judged.
    func errored(_ error: AdmissionReviewError, _ trace: TraceContext?) {
        let metadata: Logger.Metadata = ["reason": "\(Self.line(error.description))"]
        logger.info("review errored", metadata: Self.add(trace, to: metadata))
    }

    /// A review came too late to be judged.
    func expired(after time: TimeAmount, _ trace: TraceContext?) {
        let metadata: Logger.Metadata = [
            "reason": "it was complete only when its time-out had passed",
            "milliseconds": "\(Self.milliseconds(time))",
        ]
        logger.info("review errored", metadata: Self.add(trace, to: metadata))
    }

    /// The ids of the trace, by the names W3C Trace Context has for them.
    private static func add(_ trace: TraceContext?, to metadata: Logger.Metadata) -> Logger.Metadata {
        guard let trace else { return metadata }
        var metadata = metadata
        metadata["traceId"] = "\(trace.traceIDText)"
        metadata["parentId"] = "\(trace.parentIDText)"
        return metadata
    }

    private static func metadata(
        of verdict: Verdict,
        _ time: TimeAmount,
        _ trace: TraceContext?
    ) -> Logger.Metadata {
        let metadata: Logger.Metadata = [
            "uid": .stringConvertible(QuotedText(ExactString(verdict.uid))),
            "operation": .stringConvertible(QuotedText(verdict.operation.name)),
            "kind": .stringConvertible(QuotedText(verdict.object.kind.kind)),
            "namespace": .stringConvertible(QuotedText(verdict.object.namespace)),
            "name": .stringConvertible(QuotedText(verdict.object.name)),
            "dryRun": "\(verdict.dryRun)",
            "rules": "\(verdict.rulesWithFindings.map(\.rawValue).joined(separator: ","))",
            "milliseconds": "\(milliseconds(time))",
        ]
        return add(trace, to: metadata)
    }

    /// With three decimals.
    private static func milliseconds(_ time: TimeAmount) -> String {
        let microseconds = time.nanoseconds / 1000
        let decimals = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - decimals.utf8.count) + decimals
    }

    /// `text` on one line, cut.
    static func line(_ text: String) -> String { VisibleText.part(ExactString(text), upTo: maximumReasonLength) }
}
