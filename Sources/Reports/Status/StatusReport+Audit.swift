package import AgentRuns
internal import JSONPull
package import Policy

extension StatusReport {
    /// What the audit of a server does, and what it found last.
    package struct Audit: Sendable {
        /// A rule and what its findings do.
        package struct Findings: Sendable {
            package var rule: String
            package var action: Action
            package var count: Int

            package init(rule: String, action: Action, count: Int) {
                (self.rule, self.action, self.count) = (rule, action, count)
            }
        }

        /// An active run that nobody reviewed as it is; names are fit to print.
        package struct Unreviewed: Sendable {
            package var run: String
            package var since: Timestamp?
            /// Whether it is from before reviews were remembered.
            package var isEarlier: Bool
            /// `allowed`, `warned`, `denied` or `not-judged`.
            package var decision: String
            package var reasons: [String]

            package init(run: String, since: Timestamp?, isEarlier: Bool, decision: String, reasons: [String]) {
                (self.run, self.since, self.isEarlier) = (run, since, isEarlier)
                (self.decision, self.reasons) = (decision, reasons)
            }
        }

        /// The last round that this replica finished.
        package struct Round: Sendable {
            package var endedAt: Timestamp
            package var seconds: Double
            package var policyDigest: String
            /// Objects by what became of them.
            package var objects: [(outcome: String, count: Int)] = []
            package var denied = 0
            package var warned = 0
            package var findings: [Findings] = []
            /// Nil where that is not known.
            package var unreviewedCount: Int?
            /// Some of them.
            package var unreviewed: [Unreviewed] = []

            package init(endedAt: Timestamp, seconds: Double, policyDigest: String) {
                (self.endedAt, self.seconds, self.policyDigest) = (endedAt, seconds, policyDigest)
            }
        }

        /// Whether this replica is the one that audits.
        package var isElected: Bool
        package var round: Round?

        package init(isElected: Bool, round: Round?) { (self.isElected, self.round) = (isElected, round) }
    }
}

extension StatusReport.Audit {
    /// As a section of the page.
    var html: String {
        let who =
            isElected
            ? "<p>\(HTMLPage.badge(.off, "audits")) This replica audits.</p>\n"
            : "<p>Another replica audits, or none; what follows is what this one found last.</p>\n"
        let sections = round.map { $0.summary + $0.unreviewedTable + $0.findingTable } ?? "<p>No round yet.</p>\n"
        return "<section id=\"audit\"><h2>Audit</h2>\n\(who)\(sections)</section>\n"
    }

    /// Writes it as an object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("elected")
        writer.boolean(isElected)
        if let round {
            writer.key("round")
            round.write(to: &writer)
        }
        writer.endObject()
    }
}

extension StatusReport.Audit.Round {
    fileprivate var summary: String {
        let counts = objects.filter { $0.count > 0 }.map { "\($0.count) \(HTMLPage.escaped($0.outcome))" }
        return """
            <p>Ended \(HTMLPage.escaped(endedAt.text)) after \(Int(seconds.rounded(.up))) s, by policy \
            <code>\(HTMLPage.escaped(policyDigest))</code>: \(counts.joined(separator: ", ")); \(denied) would be denied, \
            \(warned) warned of</p>

            """
    }

    fileprivate var unreviewedTable: String {
        guard let unreviewedCount else { return "<p>Which runs were never reviewed is not known.</p>\n" }
        guard unreviewedCount > 0 else { return "<p>Every active run was reviewed as it is.</p>\n" }
        let shown = unreviewedCount > unreviewed.count ? ", \(unreviewed.count) of \(unreviewedCount)" : ""
        return StatusReport.table(
            id: "unreviewed",
            "Never reviewed as they are\(shown)",
            ["run", "since", "the policy would say", "reasons"],
            rows: unreviewed.map { run in
                let action: Action = run.decision == "denied" ? .deny : run.decision == "warned" ? .warn : .off
                let since = (run.since?.text ?? "unknown") + (run.isEarlier ? ", before reviews were remembered" : "")
                let reasons = run.reasons.map { "<code>\(HTMLPage.escaped($0))</code>" }.joined(separator: " ")
                return [
                    HTMLPage.escaped(run.run), HTMLPage.escaped(since), HTMLPage.badge(action, run.decision), reasons,
                ]
            }
        )
    }

    fileprivate var findingTable: String {
        StatusReport.table(
            id: "audit-findings",
            "Findings of the last round",
            ["rule", "", "findings"],
            rows: findings.map {
                [HTMLPage.escaped($0.rule), HTMLPage.badge($0.action, $0.action.rawValue), "\($0.count)"]
            }
        )
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("endedAt", endedAt.text)
        writer.member("seconds", Int(seconds.rounded(.up)))
        writer.member("policySha256", policyDigest)
        writer.key("objects")
        writer.beginObject()
        for (outcome, count) in objects {
            writer.escapedKey(outcome)
            writer.integer(count)
        }
        writer.endObject()
        writer.member("denied", denied)
        writer.member("warned", warned)
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("rule", finding.rule)
            writer.member("action", finding.action.rawValue)
            writer.member("count", finding.count)
            writer.endObject()
        }
        writer.endArray()
        if let unreviewedCount { writer.member("unreviewedCount", unreviewedCount) }
        writer.key("unreviewed")
        writer.beginArray()
        for run in unreviewed { run.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension StatusReport.Audit.Unreviewed {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("run", run)
        if let since { writer.member("since", since.text) }
        writer.key("earlier")
        writer.boolean(isEarlier)
        writer.member("decision", decision)
        writer.key("reasons")
        writer.beginArray()
        for reason in reasons { writer.string(reason) }
        writer.endArray()
        writer.endObject()
    }
}
