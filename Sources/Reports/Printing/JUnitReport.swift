internal import JSONPull

/// Results as JUnit XML, in the elements that CI systems read: `testsuites`, `testsuite`, `testcase`, `failure`, `error`,
/// `system-out`.
struct JUnitReport {
    /// One test.
    struct Case {
        enum Outcome {
            /// With what is worth telling, if anything.
            case passed(output: String)
            case failed(message: String, text: String)
            case errored(message: String)
        }

        var className: String
        var name: String
        /// Nil when it is about no place in a file.
        var place: (file: String, line: Int)?
        var outcome: Outcome
    }

    /// Tests that belong together.
    struct Suite {
        var name: String
        var cases: [Case]
    }

    var suites: [Suite]

    /// The document.
    var xml: String {
        let all = suites.flatMap(\.cases)
        let body = suites.map { suite in
            "<testsuite name=\"\(Self.escaped(suite.name))\" \(Self.counts(suite.cases)) skipped=\"0\">\n"
                + suite.cases.map(\.xml).joined() + "</testsuite>\n"
        }
        return
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(Self.counts(all))>\n\(body.joined())</testsuites>\n"
    }

    private static func counts(_ cases: [Case]) -> String {
        var (failures, errors) = (0, 0)
        for one in cases {
            switch one.outcome {
            case .passed: break
            case .failed: failures += 1
            case .errored: errors += 1
            }
        }
        return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    }

    /// Text in XML 1.0, element or attribute: line ends stay, other control characters are shown as `\u00xx`.
    fileprivate static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.lines(text).unicodeScalars {
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

extension JUnitReport.Case {
    fileprivate var xml: String {
        var start = "<testcase classname=\"\(JUnitReport.escaped(className))\" name=\"\(JUnitReport.escaped(name))\""
        if let place { start += " file=\"\(JUnitReport.escaped(place.file))\" line=\"\(place.line)\"" }
        switch outcome {
        case .passed(""): return "\(start)/>\n"
        case .passed(let output):
            return "\(start)><system-out>\(JUnitReport.escaped(output))</system-out></testcase>\n"
        case .failed(let message, let text):
            let failure = "<failure message=\"\(JUnitReport.escaped(message))\">\(JUnitReport.escaped(text))</failure>"
            return "\(start)>\(failure)</testcase>\n"
        case .errored(let message):
            return "\(start)><error message=\"\(JUnitReport.escaped(message))\"/></testcase>\n"
        }
    }
}
