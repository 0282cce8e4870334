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

extension JudgedObject {
    fileprivate var annotations: [WorkflowCommand] {
        let findings = zip(verdict.findings, positions).compactMap { finding, position -> WorkflowCommand? in
            let level: String
            switch finding.action {
            case .deny: level = "error"
            case .warn: level = "warning"
            case .audit, .off: return nil
            }
            let place = WorkflowCommand.place(source, position)
            let title = "\(finding.rule.rawValue)/\(finding.reason.rawValue)"
            return WorkflowCommand(level: level, properties: place + [("title", title)], message: finding.line)
        }
        let place = WorkflowCommand.place(source, start)
        return findings + remarks.map { WorkflowCommand(level: "warning", properties: place, message: $0) }
    }
}
