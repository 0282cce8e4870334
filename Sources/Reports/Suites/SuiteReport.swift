internal import JSONPull

/// What `test` found: how the cases of its suites ended.
package struct SuiteReport {
    package let results: [SuiteResult]

    package init(_ results: [SuiteResult]) {
        self.results = results
    }

    package var exitStatus: CommandStatus { results.map(\.exitStatus).max() ?? .good }

    /// What goes to standard error: why suites could not be read.
    package var problemText: String {
        results.compactMap(\.problem).map { "\(VisibleText.lines($0))\n" }.joined()
    }
}

extension SuiteReport: PrintedReport {
    package static let forms: [OutputForm<SuiteReport>] = [
        .init(.text) { $0.text(isQuiet: $1.isQuiet, style: $1.style) },
        .init(.junit) { report, _ in report.junit },
    ]
}
