/// What can be wrong with a file that somebody wrote; the rest of it counts.
package struct FileProblem: Sendable, Equatable, CustomStringConvertible {
    /// How bad it is.
    package enum Severity: Sendable {
        /// Something is left out.
        case error
        /// It reads, but hardly as it was meant.
        case warning
    }

    package var severity = Severity.error
    /// The file's path as given.
    package var file: String
    /// Nil when it is about the file as such.
    package var position: SourcePosition?
    /// What is wrong, and how to put it right.
    package var message: String

    package init(_ severity: Severity = .error, file: String, position: SourcePosition? = nil, message: String) {
        self.severity = severity
        self.file = file
        self.position = position
        self.message = message
    }

    package var description: String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return severity == .warning ? "\(place): warning: \(message)" : "\(place): \(message)"
    }
}
