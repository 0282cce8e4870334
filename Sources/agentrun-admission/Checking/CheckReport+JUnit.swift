internal import Policy

extension CheckReport {
    /// JUnit XML: a test case for each object, which fails when it makes the exit code 1, and one in error for each input
    /// that could not be read.
    func junit(failingOn failure: CheckCommand.Failure) -> String {
        let failures = entries.count { $0.isFailing(on: failure) }
        let counts = "tests=\"\(entries.count + errors.count)\" failures=\"\(failures)\" errors=\"\(errors.count)\""
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(counts)>
            <testsuite name="agentrun-admission check" \(counts) skipped="0">
            \(entries.map { $0.testCase(failingOn: failure) }.joined())\(errors.map(Self.testCase).joined())</testsuite>
            </testsuites>

            """
    }

    private static func testCase(_ error: String) -> String {
        "<testcase classname=\"input\" name=\"read\"><error message=\"\(XMLText.escaped(error))\"/></testcase>\n"
    }
}

extension CheckReport.Entry {
    fileprivate func testCase(failingOn failure: CheckCommand.Failure) -> String {
        let start =
            "<testcase classname=\"\(XMLText.escaped(item.source))\" name=\"\(XMLText.escaped(title))\" "
            + "file=\"\(XMLText.escaped(item.source))\" line=\"\(item.line)\">"
        let findings = verdict.findings.filter { $0.action == .deny || $0.action == .warn }
        let lines = findings.map { "\($0.action.rawValue) \($0.line)" } + verdict.notices
        guard let first = lines.first else { return "\(start)</testcase>\n" }
        let text = lines.map(XMLText.escaped).joined(separator: "\n")
        guard isFailing(on: failure) else { return "\(start)<system-out>\(text)</system-out></testcase>\n" }
        let message = findings.first { $0.action == .deny }?.line ?? first
        return "\(start)<failure message=\"\(XMLText.escaped(message))\">\(text)</failure></testcase>\n"
    }
}

/// Text in XML 1.0, element or attribute.
private enum XMLText {
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in TerminalText.line(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // No characters of XML (XML 1.0 section 2.2).
            case "\u{FFFE}", "\u{FFFF}": result += "\\u" + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
