internal import AdmissionAPI
internal import JSONPull

extension PolicyTestSuite.Case {
    /// What differs between `verdicts` and what is expected, a line each; empty when nothing does.
    package func differences(to verdicts: [Verdict]) -> [String] {
        var lines: [String] = []
        let denials = verdicts.filter { !$0.allowed }
        if allowed, let denial = denials.first {
            let line = denial.findings.first { $0.action == .deny }?.line ?? ""
            lines.append("expected to be allowed, but it is denied: \(line)")
        }
        if !allowed, denials.isEmpty { lines.append("expected to be denied, but it is allowed") }
        lines += differences(among: verdicts.flatMap(\.findings))
        let said = verdicts.flatMap(\.warnings)
        for pattern in warnings where !said.contains(where: pattern.matches) {
            lines.append("expected a warning \(pattern.description), but there is none")
        }
        if let predicted {
            let found = verdicts.lazy.compactMap(\.explanation.predicted).first
            if found != predicted.string {
                lines.append("expected the outcome \(predicted), but it is \(found ?? "none")")
            }
        }
        return lines
    }

    /// Each pattern takes one finding, those that say most first.
    private func differences(among found: [Finding]) -> [String] {
        var rest = found
        var missing: [PolicyTestSuite.FindingPattern] = []
        for pattern in findings.sorted(by: { $0.precision > $1.precision }) {
            if let index = rest.firstIndex(where: pattern.matches) {
                rest.remove(at: index)
            } else {
                missing.append(pattern)
            }
        }
        return missing.map { "expected a finding \($0.description), but there is none" }
            + rest.map { "unexpected finding: \($0.action.rawValue) \($0.rule.rawValue) \($0.line)" }
    }
}

extension PolicyTestSuite.FindingPattern {
    /// How many things it demands.
    fileprivate var precision: Int {
        (rule == nil ? 0 : 1) + (reason == nil ? 0 : 1) + (action == nil ? 0 : 1) + (field == nil ? 0 : 1)
            + (message == nil ? 0 : 1)
    }

    fileprivate func matches(_ finding: Finding) -> Bool {
        (rule == nil || rule == finding.rule) && (reason == nil || reason == finding.reason)
            && (action == nil || action == finding.action) && (field == nil || field?.string == finding.field)
            && (message == nil || ExactString(finding.explanation).contains(message ?? ""))
    }

    fileprivate var description: String {
        let parts = [
            rule.map { "rule \($0.rawValue)" }, reason.map { "reason \($0.rawValue)" },
            action.map { "action \($0.rawValue)" }, field.map { "field \($0)" },
            message.map { "message \(VisibleText.quoted($0))" },
        ]
        let text = parts.compactMap(\.self).joined(separator: ", ")
        return text.isEmpty ? "of any kind" : "with \(text)"
    }
}

extension PolicyTestSuite.WarningPattern {
    fileprivate func matches(_ warning: String) -> Bool {
        switch self {
        case .text(let text): ExactString(warning).contains(text)
        // The suite's reader has compiled it before.
        case .expression(let expression): (try? Regex(expression.string).firstMatch(in: warning)) != nil
        }
    }

    fileprivate var description: String {
        switch self {
        case .text(let text): "with the text \(VisibleText.quoted(text))"
        case .expression(let expression): "that matches \(VisibleText.quoted(expression))"
        }
    }
}
