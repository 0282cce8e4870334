internal import AdmissionAPI
internal import ClusterState
internal import JSONPull
internal import Policy

/// How the cases of one suite ended.
struct SuiteResult {
    /// How a case ended.
    enum Outcome {
        case passed
        /// What differs from what was expected.
        case failed([String])
        /// What could not be read or judged.
        case errored([String])
    }

    /// The suite's path as given.
    let file: String
    private(set) var name = ""
    private(set) var cases: [(test: PolicyTestSuite.Case, outcome: Outcome)] = []
    /// Why the suite could not be read.
    private(set) var problem: String?

    /// Runs the suite at `file`.
    init(running file: String) {
        self.file = file
        do throws(CommandFailure) {
            let suite = try SuiteFiles.suite(at: file)
            name = suite.name
            var runner = CaseRunner(files: SuiteFiles(suite: file))
            cases = suite.cases.map { ($0, runner.outcome(of: $0)) }
        } catch {
            problem = error.message
        }
    }

    var exitCode: Int32 {
        if problem != nil { return CommandFailure.exitCode }
        return cases.map { one -> Int32 in
            switch one.outcome {
            case .passed: 0
            case .failed: 1
            case .errored: CommandFailure.exitCode
            }
        }.max() ?? 0
    }
}

// MARK: Forms

extension SuiteResult {
    /// A line a case, with what is wrong beneath it, and a line that sums up.
    static func text(_ results: [SuiteResult], isQuiet: Bool, style: TerminalStyle) -> String {
        var text = ""
        var (passed, failed, errored) = (0, 0, 0)
        for result in results {
            for (test, outcome) in result.cases {
                let title = VisibleText.line(" \(result.file):\(test.position.line): \(test.name)") + "\n"
                switch outcome {
                case .passed:
                    passed += 1
                    if !isQuiet { text += style.apply(.success, to: "ok   ") + title }
                case .failed(let lines):
                    failed += 1
                    text += style.apply(.error, to: "FAIL ") + title + Self.indented(lines)
                case .errored(let lines):
                    errored += 1
                    text += style.apply(.error, to: "ERROR") + title + Self.indented(lines)
                }
            }
        }
        if isQuiet { return text }
        let count = passed + failed + errored
        let suffix = errored > 0 ? ", \(errored) not run" : ""
        return text + "\(count) \(count == 1 ? "case" : "cases"): \(passed) passed, \(failed) failed\(suffix)\n"
    }

    private static func indented(_ lines: [String]) -> String {
        lines.map { "        \(VisibleText.line($0))\n" }.joined()
    }

    /// JUnit XML, a suite each.
    static func junit(_ results: [SuiteResult]) -> String {
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
