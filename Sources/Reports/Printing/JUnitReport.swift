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

    /// The same cases, each with a name that no other of its class has: who reads the report tells them apart by that.
    static func distinct(_ cases: [Case]) -> [Case] {
        var counts: [String: Int] = [:]
        return cases.map { one in
            let key = "\(one.className)\0\(one.name)"
            counts[key, default: 0] += 1
            guard let count = counts[key], count > 1 else { return one }
            var other = one
            other.name += " #\(count)"
            return other
        }
    }

    /// The document.
    var xml: String {
        let suites = suites.map { Suite(name: $0.name, cases: Self.distinct($0.cases)) }
        let all = suites.flatMap(\.cases)
        let body = suites.map { suite in
            "<testsuite name=\"\(MarkupText.escaped(suite.name))\" \(Self.counts(suite.cases)) skipped=\"0\">\n"
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
}

extension JUnitReport.Case {
    fileprivate var xml: String {
        var start = "<testcase classname=\"\(MarkupText.escaped(className))\" name=\"\(MarkupText.escaped(name))\""
        if let place { start += " file=\"\(MarkupText.escaped(place.file))\" line=\"\(place.line)\"" }
        switch outcome {
        case .passed(""): return "\(start)/>\n"
        case .passed(let output):
            return "\(start)><system-out>\(MarkupText.escaped(output))</system-out></testcase>\n"
        case .failed(let message, let text):
            let failure = "<failure message=\"\(MarkupText.escaped(message))\">\(MarkupText.escaped(text))</failure>"
            return "\(start)>\(failure)</testcase>\n"
        case .errored(let message):
            return "\(start)><error message=\"\(MarkupText.escaped(message))\"/></testcase>\n"
        }
    }
}
