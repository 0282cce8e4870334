internal import JSONPull
internal import Policy

extension CheckReport {
    /// JUnit XML: a test case for each object and each input, which fails when it makes the exit code 1 and is in error when it
    /// makes it 2.
    func junit(failingOn failOn: FailOn) -> String {
        let objects = entries.map { $0.testCase(failingOn: failOn) }
        let problems = (errors + doubts).map { $0.testCase(failingOn: failOn) }
        return JUnitReport(suites: [.init(name: "agentrun-admission \(subject.command)", cases: objects + problems)])
            .xml
    }
}

extension JudgedObject {
    fileprivate func testCase(failingOn failOn: CheckReport.FailOn) -> JUnitReport.Case {
        let findings = told.filter { $0.action == .deny || $0.action == .warn }
        let lines = findings.map { finding in
            let place = isInFile ? "\(place(of: finding)) " : ""
            return VisibleText.line("\(place)\(finding.action.rawValue) \(finding.line)")
        }
        let text = (lines + remarks.map(VisibleText.line)).joined(separator: "\n")
        let message = (findings.first { $0.action == .deny } ?? findings.first)?.line ?? verdict.notices.first ?? ""
        return JUnitReport.Case(
            className: source,
            name: title,
            place: isInFile ? (source, start.line) : nil,
            outcome: isFailing(on: failOn) ? .failed(message: message, text: text) : .passed(output: text)
        )
    }
}

extension FileProblem {
    fileprivate func testCase(failingOn failOn: CheckReport.FailOn) -> JUnitReport.Case {
        let outcome: JUnitReport.Case.Outcome =
            switch (severity, failOn) {
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
