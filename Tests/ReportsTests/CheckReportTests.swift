import Foundation
import JSONPull
import Reports
import Testing

@testable import Policy

@Suite struct `Report of check` {
    private static func report(_ verdicts: Verdict..., problems: [FileProblem] = []) -> CheckReport {
        var report = CheckReport()
        for verdict in verdicts { report.add(judged(verdict)) }
        for problem in problems { report.add(problem) }
        return report
    }

    private static let error = FileProblem(file: "a.yaml", message: "cannot be read")
    private static let doubt = FileProblem(
        .warning,
        file: "b.yaml",
        position: SourcePosition(line: 7, column: 2),
        message: "a key twice"
    )

    @Test func `ends as badly as the worst of it`() {
        let table: [(CheckReport, deny: CommandStatus, warn: CommandStatus)] = [
            (Self.report(), .good, .good),
            (Self.report(verdict(.audit)), .good, .good),
            (Self.report(verdict(.warn)), .good, .refused),
            (Self.report(verdict(.warn), verdict(.audit, .deny)), .refused, .refused),
            (Self.report(problems: [Self.doubt]), .good, .refused),
            (Self.report(verdict(.deny), problems: [Self.error]), .failed, .failed),
        ]
        for (index, (report, deny, warn)) in table.enumerated() {
            #expect(report.exitStatus(failingOn: .deny) == deny, "\(index)")
            #expect(report.exitStatus(failingOn: .warn) == warn, "\(index)")
        }
    }

    @Test func `as text has a paragraph an object and a sum`() {
        var report = Self.report(verdict(.deny, .audit), verdict(.warn), verdict(), problems: [Self.error])
        report.addSkipped()
        report.addFileWithoutObject()
        #expect(
            report.output(.text) == """
                runs.yaml:1: AgentRun agents/one: denied
                  2:3  Deny  [MissingRequiredLabels] metadata.labels: is wrong (mend it)
                  3:3  Audit [MissingRequiredLabels] metadata.labels: is wrong (mend it)
                runs.yaml:1: AgentRun agents/one: allowed with warnings
                  2:3  Warn  [MissingRequiredLabels] metadata.labels: is wrong (mend it)
                runs.yaml:1: AgentRun agents/one: allowed
                by rule:
                  label-policy  1 denied, 1 warned about
                3 objects: 1 denied, 1 allowed with warnings, 1 allowed, 1 of other kinds skipped, \
                1 file without an object skipped, 1 not read

                """
        )
        let quiet = report.output(.text, PrintOptions(isQuiet: true)) ?? ""
        #expect(quiet.contains("denied\n") && quiet.contains("with warnings\n"))
        #expect(!quiet.contains("objects") && !quiet.contains(": allowed\n"))
        #expect(report.problemText == "a.yaml: cannot be read\n")
    }

    @Test func `colours what a terminal shows, and nothing else`() {
        let report = Self.report(verdict(.deny))
        let options = PrintOptions(style: TerminalStyle(isColoured: true))
        #expect(report.output(.text, options)?.contains("\u{1B}[1;31mdenied\u{1B}[0m") == true)
        for format in OutputFormat.allCases where format != .text {
            #expect(report.output(format, options)?.contains("\u{1B}") != true, "\(format)")
        }
    }

    @Test func `as annotations escapes what GitHub's runner would take for its own`() {
        var report = CheckReport()
        report.add(judged(verdict(.deny, .warn, .audit, message: "100%"), in: "a:b,c.yaml"))
        report.add(Self.doubt)
        #expect(
            report.output(.github) == """
                ::warning file=b.yaml,line=7,col=2::a key twice
                ::error file=a%3Ab%2Cc.yaml,line=2,col=3,title=label-policy/MissingRequiredLabels::\
                [MissingRequiredLabels] metadata.labels: 100%25 (mend it)
                ::warning file=a%3Ab%2Cc.yaml,line=3,col=3,title=label-policy/MissingRequiredLabels::\
                [MissingRequiredLabels] metadata.labels: 100%25 (mend it)

                """
        )
    }

    @Test func `as JUnit fails what makes the exit code 1`() {
        let report = Self.report(verdict(.warn), verdict(), problems: [Self.error, Self.doubt])
        for (failOn, failures) in [(CheckReport.FailOn.deny, 0), (.warn, 2)] {
            let xml = report.output(.junit, PrintOptions(failOn: failOn)) ?? ""
            #expect(xml.contains("<testsuites tests=\"4\" failures=\"\(failures)\" errors=\"1\">"), "\(xml)")
        }
    }

    @Test func `as SARIF has a result a finding and tells of the tool and its end`() throws {
        let report = Self.report(verdict(.deny, .warn, .audit), problems: [Self.error, Self.doubt])
        let text = report.output(.sarif, PrintOptions(productVersion: "1.2.3")) ?? ""
        let log = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.compactMap { $0["level"] as? String } == ["error", "warning", "none", "warning"])
        let driver = (run["tool"] as? [String: Any])?["driver"] as? [String: Any]
        #expect(driver?["version"] as? String == "1.2.3")
        #expect((driver?["rules"] as? [[String: Any]])?.count == 2)
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        #expect(invocation["exitCode"] as? Int == 2 && invocation["executionSuccessful"] as? Bool == false)
    }

    @Test func `as SARIF is known again where lines move, and tells what is for the record alone`() throws {
        var report = CheckReport()
        for file in ["-", "-", "other.yaml"] { report.add(judged(verdict(.audit), in: file)) }
        let text = report.output(.sarif) ?? ""
        let prints = text.matches(of: /"primaryLocationLineHash":"([0-9a-f]+:[0-9]+)"/).map { String($0.output.1) }
        #expect(
            Set(prints).count == 3 && prints[0].hasSuffix(":1") && prints[1] == prints[0].dropLast() + "2",
            "\(prints)"
        )
        #expect(text.contains(#""level":"none","kind":"informational""#) && text.contains(#""uri":"stdin""#))
        #expect(
            text.contains(#""markdown":"**MissingRequiredLabels**: "#) && text.contains(#""tags":["label-policy"]"#)
        )
    }

    @Test func `as annotations is no more than GitHub shows, and lists the rest`() {
        var report = CheckReport()
        for _ in 0..<12 { report.add(judged(verdict(.deny, .warn))) }
        let lines = (report.output(.github) ?? "").split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("::error ") } == 9 && lines.count { $0.hasPrefix("::warning ") } == 9)
        #expect(lines.count { $0 == "::error::3 more of this kind, which the log of this step lists" } == 1)
        #expect(lines.count { $0.hasPrefix("error runs.yaml:2:3: [MissingRequiredLabels] ") } == 3)
        #expect(lines.count == 9 + 1 + 3 + 9 + 1 + 3)
    }

    @Test func `as JUnit has no two cases of one name`() throws {
        let report = Self.report(verdict(), verdict(), verdict(.deny), problems: [Self.error, Self.error])
        let names = (report.output(.junit) ?? "").matches(of: /classname="([^"]*)" name="([^"]*)"/).map {
            "\($0.output.1) \($0.output.2)"
        }
        #expect(names.count == 5 && Set(names).count == 5, "\(names)")
    }

    @Test func `as a page tells everything by object and by rule, and takes no text for HTML`() {
        let evil = "</style><script>alert(1)</script>&\"'"
        var report = Self.report(verdict(.deny, .warn), verdict(), problems: [Self.error, Self.doubt])
        report.add(judged(verdict(.deny, name: ExactString(evil), message: evil), in: evil))
        report.add(FileProblem(file: evil, message: evil))
        let page = report.output(.html) ?? ""
        #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
        #expect(page.contains("&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;'"))
        #expect(page.matches(of: /<details id="o/).count == 3 && page.contains("prefers-color-scheme: dark"))
        #expect(page.contains("<strong>MissingRequiredLabels</strong> <span class=\"more\">label-policy, 3</span>"))
        #expect(page.contains("<p class=\"fix\">Fix: mend it</p>"))
        for tag in ["details", "ul", "li", "p", "span", "section", "main", "code", "summary"] {
            let open = page.ranges(of: "<\(tag) ").count + page.ranges(of: "<\(tag)>").count
            #expect(open == page.ranges(of: "</\(tag)>").count, "\(tag)")
        }
    }

    @Test func `tells the operator's note beside the finding in every format`() {
        let noted = Self.report(verdict(.deny, note: "ask <#labels>"))
        for format in OutputFormat.allCases {
            guard let output = noted.output(format) else { continue }
            let note = format == .html || format == .junit ? "ask &lt;#labels&gt;" : "ask <#labels>"
            let lead = format == .html ? "Note: " : format == .json ? #""note":""# : "(mend it); note: "
            #expect(output.contains(lead + note), "\(format): \(output)")
            #expect(Self.report(verdict(.deny)).output(format)?.lowercased().contains("note:") != true, "\(format)")
        }
    }

    @Test func `tells who answers for an exemption`() {
        let exempted = verdict(.audit)
        exempted.findings[0].exemption = "incident"
        exempted.findings[0].exemptionContact = ExemptionContact(owner: "ops", ticket: "OPS-1")
        let report = Self.report(exempted)
        let words = "exemption incident: owner ops, ticket OPS-1"
        #expect(report.output(.text)?.contains(" [\(words)]") == true)
        #expect(report.output(.html)?.contains(" [\(words)]") == true)
        #expect(report.output(.sarif)?.contains("\"justification\":\"\(words)\"") == true)
    }

    @Test func `folds long lines to the width of a terminal`() {
        let report = Self.report(verdict(.deny, message: String(repeating: "word ", count: 40)))
        let text = report.output(.text, PrintOptions(style: TerminalStyle(isColoured: false, width: 60))) ?? ""
        let lines = text.split(separator: "\n")
        #expect(lines.count > 4 && lines.allSatisfy { $0.utf8.count <= 60 }, "\(text)")
        #expect(text.split(separator: /\s+/).count { $0 == "word" } == 40)
        #expect(report.output(.text)?.split(separator: "\n").count == 3)
    }

    @Test func `as JSON counts what it lists`() throws {
        let report = Self.report(verdict(.deny), verdict(.warn), problems: [Self.doubt])
        let text = report.output(.json) ?? ""
        #expect(
            text.contains(
                "\"summary\":{\"objects\":2,\"denied\":1,\"warned\":1,\"skipped\":0,\"errors\":0,\"filesSkipped\":0}"
            )
        )
        #expect(text.contains("{\"severity\":\"warning\",\"source\":\"b.yaml\",\"line\":7,\"column\":2,"))
    }

    @Test func `says of a review what was asked`() {
        #expect(judged(verdict()).title == "AgentRun agents/one")
        #expect(judged(verdict(), isReview: true).title == "CREATE of AgentRun agents/one")
    }

    /// A name, a message and a file may be anybody's: what is printed of them moves no cursor and ends no line.
    @Test func `shows control characters of others in every format`() {
        var report = CheckReport()
        let hostile = verdict(.deny, .warn, name: "a\u{1B}[2Jb\u{202E}", message: "x\u{7}y\u{2028}")
        report.add(judged(hostile, in: "f\u{1B}]0;t\u{7}.yaml"))
        report.add(FileProblem(file: "g\u{1B}.yaml", message: "m\u{9B}"))
        for format in OutputFormat.allCases {
            guard let output = report.output(format) else { continue }
            for scalar in ["\u{1B}", "\u{7}", "\u{9B}", "\u{202E}"] as [Unicode.Scalar] {
                #expect(!output.unicodeScalars.contains(scalar), "\(format)")
            }
        }
        #expect(!report.problemText.unicodeScalars.contains("\u{1B}"))
    }
}

@Suite struct `Fixes in reports` {
    private func report() -> CheckReport {
        let verdict = verdict(.deny, .warn)
        var entry = JudgedObject(
            source: "a b.yaml",
            start: SourcePosition(line: 1, column: 1),
            verdict: verdict,
            positions: [SourcePosition(line: 2, column: 3), SourcePosition(line: 3, column: 3)],
            patches: [JSONPatch([.remove(path: "/a/b")]), JSONPatch()]
        )
        entry.addFixes { patch in
            let place = SourcePosition(line: 2, column: 1)
            let replacement = SourceFix.Replacement(start: place, end: SourcePosition(line: 3, column: 1), text: "")
            let other = SourceFix.Replacement(start: place, end: place, text: "\u{202E}x")
            return patch.isEmpty ? nil : SourceFix(title: "Remove this line", replacements: [replacement, other])
        }
        var report = CheckReport()
        report.add(entry)
        return report
    }

    @Test func `are patches in JSON`() throws {
        let text = report().output(.json) ?? ""
        #expect(text.contains(#""remedy":"mend it","patch":[{"op":"remove","path":"/a/b"}]}"#), "\(text)")
        #expect(text.components(separatedBy: "\"patch\"").count == 2)
    }

    @Test func `are replacements of regions in SARIF`() throws {
        let text = report().output(.sarif) ?? ""
        let expected =
            #""fixes":[{"description":{"text":"Remove this line"},"artifactChanges":[{"artifactLocation":{"uri":"a%20b.yaml"},"#
            + #""replacements":[{"deletedRegion":{"startLine":2,"startColumn":1,"endLine":3,"endColumn":1}},"#
            + #"{"deletedRegion":{"startLine":2,"startColumn":1,"endLine":2,"endColumn":1},"#
            + #""insertedContent":{"text":"\u202ex"}}]}]}]"#
        #expect(text.contains(expected), "\(text)")
        #expect(text.components(separatedBy: "\"fixes\"").count == 2)
    }
}
