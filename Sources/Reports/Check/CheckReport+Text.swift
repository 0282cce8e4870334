internal import JSONPull
internal import Policy

extension CheckReport {
    /// A paragraph an object, and a line that sums up; quiet, the paragraphs of what is denied or warned about.
    func text(isQuiet: Bool, style: TerminalStyle) -> String {
        let shown = isQuiet ? entries.filter { !$0.isAllowed || $0.hasWarnings } : entries
        return shown.map { $0.text(style) }.joined() + (isQuiet ? "" : byRule + summary)
    }

    /// A line for each rule that denies or warns, where there is more than one finding to look over.
    private var byRule: String {
        let counts = ruleCounts
        guard counts.values.reduce(0, { $0 + $1.denied + $1.warned }) > 1 else { return "" }
        let width = counts.keys.map(\.utf8.count).max() ?? 0
        // The worst first.
        let sorted = counts.sorted { one, other in
            (-one.value.denied, -one.value.warned, one.key) < (-other.value.denied, -other.value.warned, other.key)
        }
        return "by rule:\n"
            + sorted.map { rule, count in
                let parts = [(count.denied, "denied"), (count.warned, "warned about")].filter { $0.0 > 0 }
                let padding = String(repeating: " ", count: width - rule.utf8.count)
                return "  \(rule)\(padding)  \(parts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))\n"
            }.joined()
    }

    private var summary: String {
        let count = objectCount
        var parts = ["\(denied) denied", "\(warned) allowed with warnings", "\(count - denied - warned) allowed"]
        if skipped > 0 { parts.append("\(skipped) of other kinds skipped") }
        if filesWithoutObject > 0 {
            parts.append(
                "\(filesWithoutObject) \(filesWithoutObject == 1 ? "file" : "files") without an object skipped"
            )
        }
        parts += passedOverWords
        if !errors.isEmpty { parts.append("\(errors.count) not read") }
        if untold.hasFindings {
            parts.append("\(untold.denied + untold.warned + untold.noted) of them counted and not told")
        }
        return "\(count) \(count == 1 ? "object" : "objects"): \(parts.joined(separator: ", "))\n"
    }
}

extension JudgedObject {
    /// A line about the object, and one for each finding.
    func text(_ style: TerminalStyle) -> String {
        let findings = told.map { finding in
            FindingLine(
                place: place(of: finding),
                action: finding.action,
                text: "\(finding.line)\(finding.mitigation)",
                excerpt: finding.excerpt
            )
        }
        let omission = verdict.omissionLine.map { FindingLine(action: verdict.omitted.action ?? .audit, text: $0) }
        let notices = verdict.notices.map { FindingLine(action: .warn, text: $0) }
        let lines = findings + (omission.map { [$0] } ?? []) + notices
        return "\(header(style))\n" + FindingLine.text(lines, style)
    }

    /// What comes of it, in words.
    var outcome: String {
        if !isAllowed { return verdict.allowed ? "refused by the API server" : "denied" }
        return hasWarnings ? "allowed with warnings" : "allowed"
    }

    private func header(_ style: TerminalStyle) -> String {
        let look: TerminalStyle.Look = isAllowed ? (hasWarnings ? .warning : .success) : .error
        let place = isInFile ? "\(fullPlace): " : ""
        return VisibleText.line("\(place)\(title): ") + style.apply(look, to: outcome)
    }
}
