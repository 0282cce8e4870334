import JSONPull
import Offline
import Policy
import Reports
import TestPrograms
import Testing

@Suite struct `Use of exemptions` {
    private let folder: Folder
    private let exemptions: [WrittenExemption]

    init() throws {
        folder = try Folder()
        let list = ["{name: incident-1, owner: ops,", "{name: \"b\\n\","].map {
            "    - \($0) reason: r, rules: [limits]}\n"
        }
        let file = """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec:
              exemptions:

            """
        exemptions = try PolicyLint(Array((file + list.joined()).utf8), file: "p.yaml", now: noon).exemptions
    }

    private func use(_ logs: String...) throws -> ExemptionUse {
        var use = ExemptionUse(of: exemptions)
        for (index, log) in logs.enumerated() {
            try use.read(try folder.write(log, to: "log\(index)")) { _ in }
        }
        return use
    }

    private func told(_ use: ExemptionUse) -> [String] {
        (use.text(of: exemptions, in: "p.yaml") + use.summary).split(separator: "\n").map(String.init)
    }

    private func line(_ day: Int, _ names: String..., more: Int = 0) -> String {
        let findings = names.map { #"{"rule":"limits","reason":"QueueLimit","action":"Audit","exemption":"\#($0)"}"# }
        let list = findings.joined(separator: ",")
        let rest = more > 0 ? #","moreFindings":\#(more)"# : ""
        return #"{"time":"2026-11-\#(day)T12:00:00Z","verdict":{"allowed":true,"findings":[{},\#(list)]\#(rest)}}"#
            .replacing(",]", with: "]") + "\n"
    }

    @Test func `is counted over several logs, whatever their order`() throws {
        let use = try use(line(23, "incident-1", "incident-1") + line(25), line(21, "incident-1", #"b\\u000a"#, "gone"))
        #expect(
            told(use) == [
                """
                p.yaml:5:7: exemption "incident-1" (owner ops): covered 3 findings of 2 decisions, the last one at \
                2026-11-23T12:00:00Z
                """,
                #"p.yaml:6:7: exemption "b\u000a": covered 1 finding of 1 decision, the last one at 2026-11-21T12:00:00Z"#,
                """
                decision log: 3 decisions from 2026-11-21T12:00:00Z to 2026-11-25T12:00:00Z, \
                1 finding under exemptions of other names
                """,
            ]
        )
        #expect(use.unreadable == 0 && use.problemText.isEmpty)
    }

    @Test func `says what was not used, and of nothing that nothing is known`() throws {
        #expect(try told(use(line(23)))[0].hasSuffix(": not used in 1 decision; remove it, or look further back"))
        #expect(try told(use(""))[0].hasSuffix(": nothing is known of its use"))
        #expect(try told(use("")).last == "decision log: 0 decisions")
    }

    @Test func `tells a line it cannot read by its number, and counts the rest`() throws {
        let strange = #"{"verdict":{"findings":[{"exemption":"incident-1"}]}}"# + "\n"
        let missing = "{\"dropped\":7}\n{\"dropped\":9223372036854775807}\n{\"dropped\":-9}\n"
        let errored = #"{"time":"2026-11-23T12:00:00Z","uid":"u","error":"x"}"# + "\n"
        let use = try use(
            "no JSON\n" + line(23, "incident-1") + strange + missing + errored + line(24, more: 5)
                + line(24).dropLast(9)
        )
        #expect(use.unreadable == 2)
        let log = folder.path("log0")
        let problems = use.problemText.split(separator: "\n")
        #expect(problems.count == 2 && problems[0].hasPrefix("\(log):1: not JSON: "), "\(problems)")
        #expect(problems[1] == "\(log):3: no decision (name a file that serve --decision-log has written)")
        #expect(told(use)[0].contains("covered 1 finding of 1 decision"))
        #expect(
            told(use).last == """
                decision log: 2 decisions from 2026-11-23T12:00:00Z to 2026-11-24T12:00:00Z, 5 findings counted and not told, \
                9223372036854775807 decisions missing, 1 line cut off, 2 lines not read
                """
        )
    }

    @Test func `tells a bounded number of such lines`() throws {
        let use = try use(String(repeating: "[\n", count: 5000))
        #expect(use.unreadable == 5000 && use.problemText.split(separator: "\n").count == 1001)
        #expect(use.problemText.hasSuffix("\nand 4000 more lines that cannot be read\n"))
    }

    @Test func `reads nothing of a log that is not there`() {
        var use = ExemptionUse(of: exemptions)
        #expect(throws: CommandFailure.self) { try use.read("/nonexistent") { _ in } }
    }
}
