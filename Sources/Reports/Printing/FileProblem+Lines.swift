internal import JSONPull

extension [FileProblem] {
    /// A line each, fit for a terminal.
    var lines: String { map { "\(VisibleText.line($0.description))\n" }.joined() }
}
