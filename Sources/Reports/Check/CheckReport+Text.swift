internal import JSONPull
internal import Policy

extension CheckReport {
    /// A paragraph an object, and a line that sums up; quiet, the paragraphs of what is denied or warned about.
    func text(isQuiet: Bool, style: TerminalStyle) -> String {
        let shown = isQuiet ? entries.filter { !$0.verdict.allowed || !$0.verdict.warnings.isEmpty } : entries
        return shown.map { $0.text(style) }.joined() + (isQuiet ? "" : summary)
    }

    private var summary: String {
        let count = entries.count
        var parts = ["\(denied) denied", "\(warned) allowed with warnings", "\(count - denied - warned) allowed"]
        if skipped > 0 { parts.append("\(skipped) of other kinds skipped") }
        if filesWithoutObject > 0 {
            parts.append(
                "\(filesWithoutObject) \(filesWithoutObject == 1 ? "file" : "files") without an object skipped"
            )
        }
        if !errors.isEmpty { parts.append("\(errors.count) not read") }
        return "\(count) \(count == 1 ? "object" : "objects"): \(parts.joined(separator: ", "))\n"
    }
}

extension JudgedObject {
    /// A line about the object, and one for each finding.
    func text(_ style: TerminalStyle) -> String {
        let findings = zip(verdict.findings, positions).map { finding, position in
            FindingLine(
                place: "\(position.line):\(position.column)",
                action: finding.action,
                text: "\(finding.line)\(Self.note(finding))"
            )
        }
        let omission = verdict.omissionLine.map { FindingLine(action: verdict.omitted.action ?? .audit, text: $0) }
        let notices = verdict.notices.map { FindingLine(action: .warn, text: $0) }
        let lines = findings + (omission.map { [$0] } ?? []) + notices
        return "\(header(style))\n" + FindingLine.text(lines, style)
    }

    private func header(_ style: TerminalStyle) -> String {
        let (word, look): (String, TerminalStyle.Look) =
            if !verdict.allowed {
                ("denied", .error)
            } else if verdict.warnings.isEmpty {
                ("allowed", .success)
            } else {
                ("allowed with warnings", .warning)
            }
        return VisibleText.line("\(source):\(start.line): \(title): ") + style.apply(look, to: word)
    }

    private static func note(_ finding: Finding) -> String {
        if let exemption = finding.exemption { return " [exemption \(exemption)]" }
        return finding.isRatcheted ? " [already so before the update]" : ""
    }
}
