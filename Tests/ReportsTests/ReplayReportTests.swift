import Policy
import Reports
import Testing

@Suite struct `Report of replay` {
    /// A decision as the log has it.
    private static func logged(_ allowed: Bool, _ findings: (rule: String, action: String)...) -> LoggedDecision {
        var decision = LoggedDecision()
        decision.allowed = allowed
        (decision.operation, decision.kind) = ("CREATE", "AgentRun")
        (decision.namespace, decision.name, decision.uid) = ("agents", "one", "u-1")
        decision.findings = findings.map { rule, action in
            var finding = LoggedDecision.Finding()
            (finding.rule, finding.reason, finding.action) = (rule, "SomeReason", action)
            finding.message = "was wrong"
            return finding
        }
        return decision
    }

    @Test func `counts what flips by the rules that make the difference`() {
        var report = ReplayReport()
        report.add(Self.logged(true), at: "log:1", verdict: verdict(.deny, .warn))
        report.add(Self.logged(false, ("limits", "Deny"), ("images", "Warn")), at: "log:2", verdict: verdict())
        report.add(Self.logged(true), at: "log:3", verdict: verdict(.warn))
        report.add(Self.logged(true), at: "log:4", verdict: verdict())
        #expect(report.rules == ["label-policy": [.denied: 1, .findings: 1], "limits": [.allowed: 1]])
        #expect(
            report.output(.text) == """
                log:1: CREATE of AgentRun agents/one: allowed, would be denied
                    Deny  [MissingRequiredLabels] metadata.labels: is wrong
                log:2: CREATE of AgentRun agents/one: denied, would be allowed
                    Deny  was: [SomeReason] was wrong
                by rule:
                  label-policy  1 would be denied, 1 with other findings
                  limits        1 would be allowed
                4 decisions: 1 would be denied, 1 would be allowed, 1 would have other findings, 1 stay the same

                """
        )
        #expect(report.output(.text, PrintOptions(isQuiet: true))?.utf8.starts(with: "by rule:\n".utf8) == true)
    }

    @Test func `ends as badly as the worst of it`() {
        var report = ReplayReport()
        report.add(Self.logged(true), at: "log:1", verdict: verdict())
        #expect(report.exitStatus(isStrict: true) == .good)
        report.add(Self.logged(true), at: "log:2", doubts: ["nobody knows"])
        #expect(report.exitStatus(isStrict: false) == .good && report.exitStatus(isStrict: true) == .refused)
        report.add(Self.logged(true), at: "log:3", verdict: verdict(.deny))
        #expect(report.exitStatus(isStrict: false) == .refused)
        report.addProblem("not JSON", at: "log:4")
        #expect(report.exitStatus(isStrict: false) == .failed)
        #expect(report.problemText == "log:4: not JSON\n")
    }

    @Test func `says what the log itself lacks`() {
        var report = ReplayReport()
        report.addDropped(3)
        report.addDropped(-1)
        report.addErrored()
        let text = report.output(.text) ?? ""
        #expect(
            text.contains("0 decisions: ") && text.contains("; 1 reviews were not judged; 3 are missing from the log\n")
        )
        #expect(report.output(.json)?.contains("\"errored\":1,\"dropped\":3,\"unreadable\":0,\"cutOff\":0}") == true)
    }

    @Test func `takes another wording of a finding for the same`() {
        var report = ReplayReport()
        var before = LoggedDecision.Finding(verdict(.warn).findings[0])
        before.message = "in other words"
        var decision = Self.logged(true)
        decision.findings = [before]
        report.add(decision, at: "log:1", verdict: verdict(.warn))
        #expect(report.rules.isEmpty)
    }
}
