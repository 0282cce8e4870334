internal import JSONPull
internal import Policy

extension ReplayReport {
    /// A paragraph for each decision that would flip or cannot be told of, then the rules, then a line that sums up; quiet, the
    /// rules and the sum alone.
    func text(isQuiet: Bool, style: TerminalStyle) -> String {
        let paragraphs = isQuiet ? "" : flips.map { $0.text(style) }.joined() + doubts.map { $0.text(style) }.joined()
        return paragraphs + ruleTable + summary
    }

    private var ruleTable: String {
        guard !rules.isEmpty else { return "" }
        let width = rules.keys.map(\.utf8.count).max() ?? 0
        let lines = rules.sorted { $0.key < $1.key }.map { rule, changes in
            let parts = Change.allCases.compactMap { change in changes[change].map { "\($0) \(change.words)" } }
            let padding = String(repeating: " ", count: width - rule.utf8.count)
            return "  \(VisibleText.line(rule))\(padding)  \(parts.joined(separator: ", "))\n"
        }
        return "by rule:\n" + lines.joined()
    }

    private var summary: String {
        let (denied, allowed, other) = (changes[.denied] ?? 0, changes[.allowed] ?? 0, changes[.findings] ?? 0)
        var parts = [
            "\(denied) would be denied", "\(allowed) would be allowed", "\(other) would have other findings",
            "\(decisions - flipped - other - doubtful) stay the same",
        ]
        if doubtful > 0 { parts.append("\(doubtful) cannot be told") }
        var text = "\(decisions) \(decisions == 1 ? "decision" : "decisions"): \(parts.joined(separator: ", "))"
        if errored > 0 { text += "; \(errored) reviews were not judged" }
        if dropped > 0 { text += "; \(dropped) are missing from the log" }
        if unreadable > 0 { text += "; \(unreadable) lines not read" }
        if cutOff > 0 { text += "; \(cutOff) \(cutOff == 1 ? "line" : "lines") cut off" }
        return text + "\n"
    }
}

extension ReplayReport.Change {
    fileprivate var words: String {
        switch self {
        case .denied: "would be denied"
        case .allowed: "would be allowed"
        case .findings: "with other findings"
        }
    }
}

extension ReplayReport.Flip {
    fileprivate func text(_ style: TerminalStyle) -> String {
        let (words, look): (String, TerminalStyle.Look) =
            change == .denied ? ("allowed, would be denied", .error) : ("denied, would be allowed", .success)
        let header = VisibleText.line("\(place): \(decision.title): ") + style.apply(look, to: words) + "\n"
        let note = change == .denied ? "" : "was: "
        return header + FindingLine.text(deciding.map { FindingLine(action: .deny, text: note + $0.line) }, style)
    }
}

extension ReplayReport.Doubt {
    fileprivate func text(_ style: TerminalStyle) -> String {
        let header =
            VisibleText.line("\(place): \(decision.title): ") + style.apply(.warning, to: "cannot tell") + "\n"
        return header + reasons.map { "    \(VisibleText.line($0))\n" }.joined()
    }
}
