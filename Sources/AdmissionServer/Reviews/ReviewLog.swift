internal import AdmissionAPI
internal import JSONPull
internal import Logging
internal import Policy

/// What is logged of reviews: who was refused what and by which rule.
///
/// Never a prompt, a secret's value or any other content of an object.
struct ReviewLog: Sendable {
    /// Longest reason that is repeated, in characters (Unicode scalars): it may hold a path of many keys.
    private static let maximumReasonLength = 512

    let logger: Logger

    /// A review was answered; a denial shows at level info.
    func answered(_ verdict: Verdict) {
        guard !verdict.allowed else {
            logger.debug("review allowed", metadata: Self.metadata(of: verdict))
            return
        }
        logger.info("review denied", metadata: Self.metadata(of: verdict))
    }

    /// A body could not be judged.
    func errored(_ error: AdmissionReviewError) {
        logger.info("review errored", metadata: ["reason": "\(Self.line(error.description))"])
    }

    private static func metadata(of verdict: Verdict) -> Logger.Metadata {
        var rules: [String] = []
        for finding in verdict.findings where !rules.contains(finding.rule.rawValue) {
            rules.append(finding.rule.rawValue)
        }
        return [
            "uid": "\(QuotedName.quote(ExactString(verdict.uid)))",
            "operation": "\(QuotedName.quote(verdict.operation.name))",
            "kind": "\(QuotedName.quote(verdict.object.kind.kind))",
            "namespace": "\(QuotedName.quote(verdict.object.namespace))",
            "name": "\(QuotedName.quote(verdict.object.name))",
            "dryRun": "\(verdict.dryRun)",
            "rules": "\(rules.joined(separator: ","))",
        ]
    }

    /// `text` on one line, cut.
    private static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars.prefix(maximumReasonLength) {
            let isControl = scalar.properties.generalCategory == .control
            line.unicodeScalars.append(isControl || ["\u{2028}", "\u{2029}"].contains(scalar) ? " " : scalar)
        }
        return line
    }
}
