/// Everything that is wrong with a policy file, each with its place.
package struct PolicyFileError: Error, Equatable, CustomStringConvertible {
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

    /// The file's name as given.
    package var file: String
    /// In file order, never empty.
    package var problems: [Problem]

    package var description: String {
        problems.map { "cannot use policy \(file): \($0)" }.joined(separator: "\n")
    }
}
