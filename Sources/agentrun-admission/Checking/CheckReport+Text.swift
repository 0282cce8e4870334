internal import AdmissionAPI
internal import JSONPull
internal import Policy

extension CheckReport {
    /// A paragraph an object, and a line that sums up.
    var text: String {
        entries.map(\.text).joined() + summary
    }

    /// The paragraphs of what is denied or warned about.
    var quietText: String {
        entries.lazy.filter { !$0.verdict.allowed || !$0.verdict.warnings.isEmpty }.map(\.text).joined()
    }

    private var summary: String {
        let count = entries.count
        var parts = ["\(denied) denied", "\(warned) allowed with warnings", "\(count - denied - warned) allowed"]
        if skipped > 0 { parts.append("\(skipped) of other kinds skipped") }
        if !errors.isEmpty { parts.append("\(errors.count) not read") }
        return "\(count) \(count == 1 ? "object" : "objects"): \(parts.joined(separator: ", "))\n"
    }
}

extension CheckReport.Entry {
    fileprivate var text: String {
        var lines = [header]
        for finding in verdict.findings {
            lines.append("  \(Self.label(finding.action)) \(finding.line)\(Self.note(finding))")
        }
        for notice in verdict.notices { lines.append("  \(Self.label(.warn)) \(notice)") }
        return lines.map { "\(TerminalText.line($0))\n" }.joined()
    }

    private var header: String {
        "\(item.source):\(item.line): \(title): \(word)"
    }

    private var word: String {
        guard verdict.allowed else { return "denied" }
        return verdict.warnings.isEmpty ? "allowed" : "allowed with warnings"
    }

    /// The action, as wide as the widest.
    private static func label(_ action: Action) -> String {
        action.rawValue + String(repeating: " ", count: 5 - action.rawValue.count)
    }

    private static func note(_ finding: Finding) -> String {
        if let exemption = finding.exemption { return " [exemption \(exemption)]" }
        return finding.isRatcheted ? " [already so before the update]" : ""
    }
}
