internal import Policy

/// What would become of logged decisions under another policy.
struct ReplayReport {
    /// How a decision would end.
    enum Change: String, CaseIterable {
        /// Was allowed.
        case denied
        /// Was denied.
        case allowed
        /// Allowed or denied as before, with other findings.
        case findings
    }

    /// A decision that would flip.
    struct Flip {
        let place: String
        let decision: LoggedDecision
        /// What it would become.
        let verdict: Verdict
        let change: Change

        /// The rules that make the difference.
        var rules: [String] {
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
    struct Doubt {
        let place: String
        let decision: LoggedDecision
        let reasons: [String]
    }

    /// How many decisions are told one by one; all are counted.
    private static let maximumEntries = 10_000

    private(set) var flips: [Flip] = []
    private(set) var doubts: [Doubt] = []
    /// What could not be read.
    private(set) var problems: [String] = []
    /// Changes of each rule.
    private(set) var rules: [String: [Change: Int]] = [:]
    private(set) var changes: [Change: Int] = [:]
    private(set) var decisions = 0
    private(set) var doubtful = 0
    private(set) var unreadable = 0
    /// Reviews that were not judged.
    private(set) var errored = 0
    /// Decisions the log says are missing.
    private(set) var dropped = 0

    var flipped: Int { (changes[.denied] ?? 0) + (changes[.allowed] ?? 0) }

    func exitCode(isStrict: Bool) -> Int32 {
        if unreadable > 0 { return CommandFailure.exitCode }
        return flipped > 0 || (isStrict && doubtful > 0) ? 1 : 0
    }

    mutating func addProblem(_ message: String, at place: String) {
        unreadable += 1
        if problems.count < Self.maximumEntries { problems.append("\(place): \(message)") }
    }

    mutating func addDropped(_ count: Int) { dropped += max(0, count) }

    mutating func addErrored() { errored += 1 }

    /// A decision that cannot be told of, for these reasons.
    mutating func add(_ decision: LoggedDecision, at place: String, doubts reasons: [String]) {
        decisions += 1
        doubtful += 1
        guard doubts.count < Self.maximumEntries else { return }
        doubts.append(Doubt(place: place, decision: decision, reasons: reasons))
    }

    /// A decision and the verdict there would be.
    mutating func add(_ decision: LoggedDecision, at place: String, verdict: Verdict) {
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
            finding.message = ""
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
