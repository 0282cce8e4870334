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
        let commands = problems + entries.flatMap(\.annotations)
        return WorkflowCommand.limited(commands).map { "\($0)\n" }.joined()
    }
}

extension JudgedObject {
    fileprivate var annotations: [WorkflowCommand] {
        let findings = told.compactMap { finding -> WorkflowCommand? in
            let level: String
            switch finding.action {
            case .deny: level = "error"
            case .warn: level = "warning"
            case .audit, .off: return nil
            }
            let place = isInFile ? WorkflowCommand.place(source, finding.position) : []
            let title = "\(finding.rule)/\(finding.reason)"
            let message = isInFile ? finding.line : "\(self.title): \(finding.line)"
            return WorkflowCommand(level: level, properties: place + [("title", title)], message: message)
        }
        let place = isInFile ? WorkflowCommand.place(source, start) : []
        return findings + remarks.map { WorkflowCommand(level: "warning", properties: place, message: $0) }
    }
}
