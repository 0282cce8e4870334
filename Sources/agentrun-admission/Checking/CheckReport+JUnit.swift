internal import ClusterState
internal import JSONPull
internal import Policy

extension CheckReport {
    /// JUnit XML: a test case for each object and each input, which fails when it makes the exit code 1 and is in error when it
    /// makes it 2.
    func junit(failingOn failure: CheckCommand.Failure) -> String {
        let objects = entries.map { $0.testCase(failingOn: failure) }
        let problems = (errors + doubts).map { $0.testCase(failingOn: failure) }
        return JUnitReport(suites: [.init(name: "agentrun-admission check", cases: objects + problems)]).xml
    }
}

extension CheckReport.Entry {
    fileprivate func testCase(failingOn failure: CheckCommand.Failure) -> JUnitReport.Case {
        let findings = verdict.findings.filter { $0.action == .deny || $0.action == .warn }
        let lines = zip(findings, item.positions(of: findings)).map { finding, position in
            VisibleText.line("\(position.line):\(position.column) \(finding.action.rawValue) \(finding.line)")
        }
        let notices = (verdict.omissionLine.map { [$0] } ?? []) + verdict.notices
        let text = (lines + notices.map(VisibleText.line)).joined(separator: "\n")
        let message = (findings.first { $0.action == .deny } ?? findings.first)?.line ?? verdict.notices.first ?? ""
        return JUnitReport.Case(
            className: item.source,
            name: title,
            place: (item.source, item.start.line),
            outcome: isFailing(on: failure) ? .failed(message: message, text: text) : .passed(output: text)
        )
    }
}

extension ManifestProblem {
    fileprivate func testCase(failingOn failure: CheckCommand.Failure) -> JUnitReport.Case {
        let outcome: JUnitReport.Case.Outcome =
            switch (severity, failure) {
            case (.error, _): .errored(message: message)
            case (.warning, .warn): .failed(message: message, text: description)
            case (.warning, .deny): .passed(output: description)
            }
        return JUnitReport.Case(
            className: file,
            name: position.map { "read \($0)" } ?? "read",
            place: position.map { (file, $0.line) },
            outcome: outcome
        )
    }
}
