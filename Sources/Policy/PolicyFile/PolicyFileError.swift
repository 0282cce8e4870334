/// Everything that is wrong with a policy file or a suite of tests for one, each with its place.
package struct PolicyFileError: Error, Equatable, CustomStringConvertible {
    /// What the file was to be.
    package enum FileKind: String, Sendable {
        case policy
        case testSuite = "test suite"

        /// Where to get a good one.
        var remedy: String {
            switch self {
            case .policy: "start from what \"agentrun-admission policy show\" prints"
            case .testSuite: "start from what \"agentrun-admission test --init\" writes"
            }
        }
    }

    /// One mistake.
    package struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// Line from 1; 0 when the file could not be read at all.
        package var line: Int
        /// Column from 1.
        package var column: Int
        /// What is wrong and how to fix it.
        package var message: String

        package var description: String { line == 0 ? message : "line \(line), column \(column): \(message)" }
    }

    package var kind = FileKind.policy
    /// The file's name as given.
    package var file: String
    /// In file order, never empty.
    package var problems: [Problem]

    package var description: String {
        problems.map { "cannot use \(kind.rawValue) \(file): \($0)" }.joined(separator: "\n")
    }
}
