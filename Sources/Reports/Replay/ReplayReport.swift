internal import JSONPull
package import Policy

/// What would become of logged decisions under another policy.
package struct ReplayReport {
    /// How a decision would end.
    package enum Change: String, CaseIterable, Sendable {
        /// Was allowed.
        case denied
        /// Was denied.
        case allowed
        /// Allowed or denied as before, with other findings.
        case findings
    }

    /// A decision that would flip.
    package struct Flip: Sendable {
        package let place: String
        package let decision: LoggedDecision
        /// What it would become.
        package let verdict: Verdict
        package let change: Change

        /// The rules that make the difference.
        package var rules: [String] {
            var rules: [String] = []
            for finding in deciding where !rules.contains(finding.rule) { rules.append(finding.rule) }
            return rules
        }

        /// The denying findings there would be, or were.
        var deciding: [LoggedDecision.Finding] {
            let findings = change == .denied ? verdict.findings.map { LoggedDecision.Finding($0) } : decision.findings
            return findings.filter { $0.action == Action.deny.rawValue }
        }
    }

    /// A decision of which nobody can tell.
    package struct Doubt: Sendable {
        package let place: String
        package let decision: LoggedDecision
        package let reasons: [String]
    }

    /// How many decisions are told one by one; all are counted.
    private static let maximumEntries = 10_000

    package private(set) var flips: [Flip] = []
    package private(set) var doubts: [Doubt] = []
    /// What could not be read.
    package private(set) var problems: [String] = []
    /// Changes of each rule.
    package private(set) var rules: [String: [Change: Int]] = [:]
    package private(set) var changes: [Change: Int] = [:]
    package private(set) var decisions = 0
    package private(set) var doubtful = 0
    package private(set) var unreadable = 0
    /// Logs whose last line is cut off.
    package private(set) var cutOff = 0
    /// What is said of them.
    private var warnings: [String] = []
    /// Reviews that were not judged.
    package private(set) var errored = 0
    /// Decisions the log says are missing.
    package private(set) var dropped = 0

    package init() {}

    var flipped: Int { (changes[.denied] ?? 0) + (changes[.allowed] ?? 0) }

    package func exitStatus(isStrict: Bool) -> CommandStatus {
        if unreadable > 0 { return .failed }
        return flipped > 0 || (isStrict && doubtful > 0) ? .refused : .good
    }

    /// What goes to standard error.
    package var problemText: String { (problems + warnings).map { "\(VisibleText.line($0))\n" }.joined() }

    package mutating func addProblem(_ message: String, at place: String) {
        unreadable += 1
        if problems.count < Self.maximumEntries { problems.append("\(place): \(message)") }
    }

    /// A last line that is not whole, which makes no difference to the rest.
    package mutating func addCutOff(_ message: String, at place: String) {
        cutOff += 1
        if warnings.count < Self.maximumEntries { warnings.append("\(place): warning: \(message)") }
    }

    package mutating func addDropped(_ count: Int) { dropped += max(0, count) }

    package mutating func addErrored() { errored += 1 }

    /// A decision that cannot be told of, for these reasons.
    package mutating func add(_ decision: LoggedDecision, at place: String, doubts reasons: [String]) {
        decisions += 1
        doubtful += 1
        guard doubts.count < Self.maximumEntries else { return }
        doubts.append(Doubt(place: place, decision: decision, reasons: reasons))
    }

    /// A decision and the verdict there would be.
    package mutating func add(_ decision: LoggedDecision, at place: String, verdict: Verdict) {
        decisions += 1
        guard decision.allowed != verdict.allowed else { return compareFindings(decision, verdict) }
        let flip = Flip(
            place: place,
            decision: decision,
            verdict: verdict,
            change: verdict.allowed ? .allowed : .denied
        )
        count(flip.change, of: flip.rules)
        if flips.count < Self.maximumEntries { flips.append(flip) }
    }

    /// By rule, reason, action and field: how a message is worded makes no difference.
    private mutating func compareFindings(_ decision: LoggedDecision, _ verdict: Verdict) {
        func wordless(_ finding: LoggedDecision.Finding) -> LoggedDecision.Finding {
            var finding = finding
            (finding.message, finding.exemption) = ("", "")
            return finding
        }
        let before = Set(decision.findings.map(wordless))
        let after = Set(verdict.findings.map { wordless(LoggedDecision.Finding($0)) })
        let rules = Set(before.symmetricDifference(after).map(\.rule))
        if !rules.isEmpty { count(.findings, of: rules.sorted()) }
    }

    private mutating func count(_ change: Change, of rules: [String]) {
        changes[change, default: 0] += 1
        for rule in rules { self.rules[rule, default: [:]][change, default: 0] += 1 }
    }
}

extension ReplayReport: PrintedReport {
    package static let forms: [OutputForm<ReplayReport>] = [
        .init(.text) { $0.text(isQuiet: $1.isQuiet, style: $1.style) },
        .init(.json) { report, _ in VisibleText.json(report.json) },
    ]
}
