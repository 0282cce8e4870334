package import AgentRuns
package import Policy

/// What a line of the decision log says, as far as replaying asks.
package struct LoggedDecision: Sendable {
    /// A finding as it was.
    package struct Finding: Hashable, Sendable {
        package var rule = ""
        package var reason = ""
        package var action = ""
        package var field = ""
        package var message = ""
        /// The exemption that covered it; empty for none.
        package var exemption = ""

        package init() {}

        /// As a person reads it.
        var line: String { field.isEmpty ? "[\(reason)] \(message)" : "[\(reason)] \(field): \(message)" }
    }

    package var time: Timestamp?
    package var uid = ""
    package var allowed: Bool?
    package var operation = ""
    package var kind = ""
    package var namespace = ""
    package var name = ""
    package var findings: [Finding] = []
    /// Findings that were counted and are not among these.
    package var moreFindings = 0
    /// Why the review was not judged.
    package var error: String?
    /// Decisions that are missing before this line.
    package var dropped: Int?
    /// Why it cannot be judged again.
    package var notReplayable: String?
    /// Where in the line is what judging it again takes.
    package var replay: Range<Int>?

    /// `CREATE of AgentRun agents/one`.
    package var title: String { "\(operation) of \(kind) \(namespace.isEmpty ? name : "\(namespace)/\(name)")" }

    package init() {}
}

extension LoggedDecision.Finding {
    package init(_ finding: Policy.Finding) {
        rule = finding.rule.rawValue
        reason = finding.reason.rawValue
        action = finding.action.rawValue
        field = finding.field
        message = finding.message
        exemption = finding.exemption ?? ""
    }
}
