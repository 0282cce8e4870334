import AdmissionAPI
import JSONPull
import PolicyTestSupport
import Testing

@testable import Policy

@Suite struct `What is told of a verdict` {
    private static let blocked = "  rules: {label-policy: {deny: ['*']}}"

    private func labelled(_ count: Int, _ spec: String = "", prefix: String = "label") -> String {
        let labels = (0..<count).map { "\(prefix)-\($0): x" }.joined(separator: ", ")
        return run(spec, metadata: ", labels: {\(labels)}")
    }

    private func denial(_ verdict: Verdict) throws -> Status { try #require(verdict.response.status) }

    @Test func `is a thousand findings, and how many more there are`() throws {
        let verdict = try judge(labelled(2500), policy: Self.blocked)
        #expect(verdict.findings.count == AnswerBudget.maximumFindings)
        #expect(verdict.findings.first?.field == "metadata.labels.label-0")
        #expect(verdict.omitted.count == 1500 && verdict.omitted.count(.deny) == 1500)
        #expect(verdict.omissionLine == "1500 more findings (1500 Deny) are counted and not told")
        var writer = JSONWriter()
        verdict.write(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self).contains(#"],"moreFindings":1500,"explanation":"#))
    }

    @Test func `is everything where there is little`() throws {
        let verdict = try judge(labelled(40), policy: Self.blocked)
        #expect(verdict.omitted.count == 0 && verdict.omissionLine == nil)
        let denial = try denial(verdict)
        #expect(denial.details?.causes.count == 40)
        #expect(denial.message == verdict.findings.map(\.line).joined(separator: "; "))
        var writer = JSONWriter()
        verdict.write(to: &writer)
        #expect(!String(decoding: writer.bytes, as: UTF8.self).contains("moreFindings"))
    }

    @Test func `is in an answer of a bounded size`() throws {
        let verdict = try judge(labelled(10_000), policy: Self.blocked)
        let denial = try denial(verdict)
        #expect(denial.details?.causes.count == AnswerBudget.maximumCauses)
        #expect(denial.message.utf8.count <= AnswerBudget.maximumMessageBytes)
        let told = denial.message.split(separator: "; ").count - 1
        #expect(
            denial.message.hasSuffix(
                "; and \(10_000 - told) more (run \"agentrun-admission check\" to see more of them)"
            )
        )
        #expect(verdict.response.encoded(as: .v1).count < 64 << 10)
    }

    @Test func `keeps what denies before what warns`() throws {
        let policy = "  rules: {label-policy: {deny: ['*'], action: Warn}}"
        let verdict = try judge(labelled(3000, "runtime: {type: custom}"), policy: policy)
        #expect(!verdict.allowed)
        #expect(verdict.findings.count == AnswerBudget.maximumFindings)
        #expect(verdict.findings.last?.reason == .missingEndpoint)
        #expect(verdict.omitted.count(.warn) == 2001 && verdict.omitted.count(.deny) == 0)
        #expect(verdict.warnings.last?.hasPrefix("2993 more findings; ") == true)
        #expect(verdict.rulesWithFindings == [.labelPolicy, .runtimeConfig])
    }

    @Test func `names the rules of what is only counted`() throws {
        let policy = "  rules: {label-policy: {deny: ['*']}, misplaced-ttl: {action: Warn}}"
        let verdict = try judge(labelled(1500, "runtime: {type: job, config: {ttl: 5}}"), policy: policy)
        #expect(verdict.findings.allSatisfy { $0.rule == .labelPolicy })
        let rules = verdict.response.auditAnnotations.first { "\($0.key)" == "rules" }?.value
        #expect(rules == "label-policy,misplaced-ttl")
        #expect(verdict.warnings.count == 1)
        #expect(verdict.warnings.first?.hasPrefix("1 more findings; ") == true)
    }

    /// Keys are told with up to 80 characters, here of four bytes each.
    @Test(arguments: 0..<4) func `ends between two characters`(shift: Int) throws {
        let prefix = String(repeating: "a", count: shift) + String(repeating: "𐍈", count: 100)
        let denial = try denial(judge(labelled(300, prefix: prefix), policy: Self.blocked))
        #expect(denial.message.utf8.count <= AnswerBudget.maximumMessageBytes)
        #expect(!denial.message.unicodeScalars.contains("\u{FFFD}"))
        let causes = try #require(denial.details?.causes)
        #expect(causes.allSatisfy { $0.message.utf8.count <= AnswerBudget.maximumCauseBytes })
    }

    @Test func `cuts a text between two characters`() {
        let text = ExactString("aé€😀")
        #expect((0...11).map { text.prefix(bytes: $0).string.utf8.count } == [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10])
    }
}
