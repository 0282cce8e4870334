import Foundation
import JSONPull
import Policy
import Reports
import Testing

@Suite struct `Report of audit` {
    private static let path = "/apis/agents.proompteng.ai/v1alpha1/namespaces/agents/agentruns/one"

    private static var report: CheckReport {
        var report = CheckReport(of: .existing)
        report.add(JudgedObject(existingAt: path, verdict: verdict(.deny)))
        report.count(verdict())
        report.count(verdict(.deny, .warn))
        report.count(verdict(.warn))
        report.count(verdict(.audit))
        report.addPassedOver(.over)
        report.addPassedOver(.over)
        report.addPassedOver(.unchanged)
        return report
    }

    @Test func `as text has no places where there are none`() {
        #expect(
            Self.report.output(.text) == """
                AgentRun agents/one: denied
                    Deny  [MissingRequiredLabels] metadata.labels: is wrong (mend it)
                by rule:
                  label-policy  2 denied, 2 warned about
                5 objects: 2 denied, 1 allowed with warnings, 2 allowed, 2 over and not judged, 1 older and not judged, \
                3 of them counted and not told

                """
        )
    }

    @Test func `fails for what is only counted`() {
        var report = CheckReport(of: .existing)
        #expect(report.exitStatus(failingOn: .warn) == .good)
        report.count(verdict(.warn))
        #expect(report.exitStatus(failingOn: .deny) == .good && report.exitStatus(failingOn: .warn) == .refused)
        report.count(verdict(.deny))
        #expect(report.exitStatus(failingOn: .deny) == .refused)
    }

    @Test func `as JSON has paths and counts, and no lines`() throws {
        let text = try #require(Self.report.output(.json))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let entry = try #require((json["verdicts"] as? [[String: Any]])?.first)
        #expect(entry["source"] as? String == Self.path && entry["line"] == nil)
        #expect((entry["findings"] as? [[String: Any]])?.first?["line"] == nil)
        let summary = try #require(json["summary"] as? [String: Int])
        #expect(summary["objects"] == 5 && summary["denied"] == 2 && summary["warned"] == 1)
        #expect(summary["over"] == 2 && summary["unchanged"] == 1 && summary["elsewhere"] == 0)
        #expect(summary["notTold"] == 3)
    }

    @Test func `as SARIF names objects and no files`() throws {
        let text = try #require(Self.report.output(.sarif))
        #expect(text.contains(#""logicalLocations":[{"fullyQualifiedName":"AgentRun agents/one metadata.labels"}]"#))
        #expect(!text.contains("artifactLocation") && !text.contains("region"))
    }

    @Test func `as JUnit, annotations and a page names objects`() throws {
        let junit = try #require(Self.report.output(.junit))
        #expect(junit.contains("<testsuite name=\"agentrun-admission audit\""))
        #expect(junit.contains("classname=\"\(Self.path)\" name=\"AgentRun agents/one\">") && !junit.contains(" line="))
        let github = try #require(Self.report.output(.github))
        #expect(
            github.hasPrefix("::error title=label-policy/MissingRequiredLabels::AgentRun agents/one: "),
            "\(github)"
        )
        let page = try #require(Self.report.output(.html))
        #expect(page.contains("<h1>Audit of AgentRun objects</h1>") && page.contains("2 denied"))
        #expect(page.contains("2 over and not judged") && page.contains("3 with findings counted and not listed"))
        #expect(page.contains("<span class=\"place\">\(Self.path)</span>") && !page.contains("<script"))
    }
}
