internal import JSONPull
internal import Policy

extension SuiteReport {
    /// JUnit XML, a suite each.
    var junit: String {
        JUnitReport(
            suites: results.map { result in
                var cases = result.cases.map { test, outcome in
                    JUnitReport.Case(
                        className: result.file,
                        name: test.name,
                        place: (result.file, test.position.line),
                        outcome: outcome.junit
                    )
                }
                if let problem = result.problem {
                    cases.append(
                        JUnitReport.Case(className: result.file, name: "read", outcome: .errored(message: problem))
                    )
                }
                return JUnitReport.Suite(name: result.name.isEmpty ? result.file : result.name, cases: cases)
            }
        ).xml
    }
}

extension SuiteResult.Outcome {
    fileprivate var junit: JUnitReport.Case.Outcome {
        switch self {
        case .passed: .passed(output: "")
        case .failed(let lines): .failed(message: lines.first ?? "", text: lines.joined(separator: "\n"))
        case .errored(let lines): .errored(message: lines.joined(separator: "\n"))
        }
    }
}
