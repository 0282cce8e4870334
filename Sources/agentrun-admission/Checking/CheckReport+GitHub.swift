internal import ClusterState
internal import JSONPull
internal import Policy

extension CheckReport {
    /// Workflow commands that annotate a pull request: an error for what denies or could not be read, a warning for what
    /// warns or is doubtful.
    var github: String {
        let problems = (errors + doubts).map { problem in
            WorkflowCommand(
                level: problem.severity == .error ? "error" : "warning",
                properties: WorkflowCommand.place(problem.file, problem.position),
                message: problem.message
            )
        }
        return (problems + entries.flatMap(\.annotations)).map { "\($0)\n" }.joined()
    }
}

extension CheckReport.Entry {
    fileprivate var annotations: [WorkflowCommand] {
        let findings = zip(verdict.findings, positions).compactMap { finding, position -> WorkflowCommand? in
            let level: String
            switch finding.action {
            case .deny: level = "error"
            case .warn: level = "warning"
            case .audit, .off: return nil
            }
            let place = WorkflowCommand.place(item.source, position)
            let title = "\(finding.rule.rawValue)/\(finding.reason.rawValue)"
            return WorkflowCommand(level: level, properties: place + [("title", title)], message: finding.line)
        }
        let place = WorkflowCommand.place(item.source, item.start)
        let notices = (verdict.omissionLine.map { [$0] } ?? []) + verdict.notices
        return findings + notices.map { WorkflowCommand(level: "warning", properties: place, message: $0) }
    }
}

/// A command to GitHub's runner, in its escaping (actions/toolkit, packages/core/src/command.ts).
private struct WorkflowCommand: CustomStringConvertible {
    let level: String
    let properties: [(name: String, value: String)]
    let message: String

    static func place(_ file: String, _ position: SourcePosition?) -> [(name: String, value: String)] {
        guard let position else { return [("file", file)] }
        return [("file", file), ("line", "\(position.line)"), ("col", "\(position.column)")]
    }

    var description: String {
        let list = properties.map { "\($0.name)=\(Self.escaped($0.value, also: [":", ","]))" }.joined(separator: ",")
        return "::\(level)\(list.isEmpty ? "" : " \(list)")::\(Self.escaped(message, also: []))"
    }

    /// Line ends are gone already: control characters are shown as `\u00xx`.
    private static func escaped(_ text: String, also characters: Set<Unicode.Scalar>) -> String {
        var result = ""
        for scalar in VisibleText.line(text).unicodeScalars {
            if scalar == "%" || characters.contains(scalar) {
                result += "%" + String(scalar.value, radix: 16, uppercase: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
