internal import Policy

extension CheckReport {
    /// Workflow commands that annotate a pull request: an error for what denies or could not be read, a warning for what
    /// warns.
    ///
    /// An annotation stands where its object starts.
    var github: String {
        let errors = errors.map { WorkflowCommand(level: "error", properties: [], message: $0) }
        return (errors + entries.flatMap(\.annotations)).map { "\($0)\n" }.joined()
    }
}

extension CheckReport.Entry {
    fileprivate var annotations: [WorkflowCommand] {
        let place = [("file", item.source), ("line", "\(item.line)")]
        let findings = verdict.findings.compactMap { finding -> WorkflowCommand? in
            let level: String
            switch finding.action {
            case .deny: level = "error"
            case .warn: level = "warning"
            default: return nil
            }
            let title = "\(finding.rule.rawValue)/\(finding.reason.rawValue)"
            return WorkflowCommand(level: level, properties: place + [("title", title)], message: finding.line)
        }
        return findings + verdict.notices.map { WorkflowCommand(level: "warning", properties: place, message: $0) }
    }
}

/// A command to GitHub's runner, in its escaping (actions/toolkit, packages/core/src/command.ts).
private struct WorkflowCommand: CustomStringConvertible {
    let level: String
    let properties: [(name: String, value: String)]
    let message: String

    var description: String {
        let list = properties.map { "\($0.name)=\(Self.escaped($0.value, also: [":", ","]))" }.joined(separator: ",")
        return "::\(level)\(list.isEmpty ? "" : " \(list)")::\(Self.escaped(message, also: []))"
    }

    /// Line ends are gone already: control characters are shown as `\u00xx`.
    private static func escaped(_ text: String, also characters: Set<Unicode.Scalar>) -> String {
        var result = ""
        for scalar in TerminalText.line(text).unicodeScalars {
            if scalar == "%" || characters.contains(scalar) {
                result += "%" + String(scalar.value, radix: 16, uppercase: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
