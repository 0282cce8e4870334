internal import JSONPull
internal import Policy

extension SuiteReport {
    /// A line a case, with what is wrong beneath it, and a line that sums up.
    func text(isQuiet: Bool, style: TerminalStyle) -> String {
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
}
