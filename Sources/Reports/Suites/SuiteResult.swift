package import Policy

/// How the cases of one suite ended.
package struct SuiteResult: Sendable {
    /// How a case ended.
    package enum Outcome: Sendable {
        case passed
        /// What differs from what was expected.
        case failed([String])
        /// What could not be read or judged.
        case errored([String])
    }

    /// The suite's path as given.
    package let file: String
    package let name: String
    package let cases: [(test: PolicyTestSuite.Case, outcome: Outcome)]
    /// Why the suite could not be read.
    package let problem: String?

    /// Of a suite that was run.
    package init(file: String, name: String, cases: [(test: PolicyTestSuite.Case, outcome: Outcome)]) {
        (self.file, self.name, self.cases, problem) = (file, name, cases, nil)
    }

    /// Of a suite that could not be read.
    package init(file: String, problem: String) {
        (self.file, name, cases, self.problem) = (file, "", [], problem)
    }

    var exitStatus: CommandStatus {
        if problem != nil { return .failed }
        return cases.map { one -> CommandStatus in
            switch one.outcome {
            case .passed: .good
            case .failed: .refused
            case .errored: .failed
            }
        }.max() ?? .good
    }
}
