import AdmissionAPI
import JSONPull
import PolicyTestSupport
import Testing

@testable import Policy

@Suite struct `The operator's note` {
    private func verdict(_ rules: String, overrides: String = "[]", labels: Int = 1) throws -> Verdict {
        let names = (0..<labels).map { "label-\($0): x" }.joined(separator: ", ")
        return try judge(
            run("", metadata: ", labels: {\(names)}"),
            policy: "  contact: '#agents'\n  rules: {\(rules)}\n  overrides: \(overrides)"
        )
    }

    private static let denied = "label-policy: {deny: ['*'], note: ' ask #labels '}"

    @Test func `is told with a denial, once a rule, before whom to ask`() throws {
        let rules = "\(Self.denied), misplaced-ttl: {note: unused}, image-policy: {deny: ['*'], note: no images}"
        let response = try verdict(rules, labels: 3).response
        let message = try #require(response.status?.message)
        #expect(message.ranges(of: "; note: ask #labels; [LabelBlocked]").count == 1)
        #expect(message.ranges(of: "note").count == 1 && message.hasSuffix("; contact: #agents"))
        let causes = try #require(response.status?.details?.causes)
        #expect(causes.count == 3 && causes.allSatisfy { $0.message.hasSuffix("; note: ask #labels") })
    }

    @Test func `is told with a warning, and in one of its own where both are too long for one`() throws {
        let short = try verdict("label-policy: {action: Warn, deny: ['*'], note: 'ask #labels'}", labels: 2).warnings
        #expect(short.count == 2 && short[0].hasSuffix("; note: ask #labels") && !short[1].contains("note"))
        let note = String(repeating: "ü", count: 200)
        let long = try verdict("label-policy: {action: Warn, deny: ['*'], note: \(note)}", labels: 2).warnings
        #expect(long.count == 3 && long[1] == "note on label-policy: \(note)" && !long[0].contains("note"))
        #expect(long.allSatisfy { $0.unicodeScalars.count <= 256 })
    }

    @Test(arguments: [(5, 6, nil), (7, 8, nil), (8, 8, "2 more findings"), (50, 8, "44 more findings")])
    func `takes the room of a warning, and is no finding`(labels: Int, count: Int, end: String?) throws {
        let note = String(repeating: "x", count: 200)
        let warnings = try verdict("label-policy: {action: Warn, deny: ['*'], note: \(note)}", labels: labels).warnings
        #expect(warnings.count == count)
        #expect(warnings.last?.hasPrefix(end ?? "[LabelBlocked]") == true, "\(warnings)")
    }

    @Test(arguments: [
        ("note: base", "note: over", "over"), ("note: base", "action: Deny", "base"),
        ("action: Deny", "note: over", "over"),
        ("note: base", "note: ''", ""),
    ])
    func `of an override goes before the base's`(base: String, override: String, expected: String) throws {
        let verdict = try verdict(
            "label-policy: {deny: ['*'], \(base)}",
            overrides: "[{match: {namespaces: [agents]}, rules: {label-policy: {\(override)}}}]"
        )
        #expect(verdict.findings.map(\.note) == [expected])
        let elsewhere = try self.verdict(
            "label-policy: {deny: ['*'], note: base}",
            overrides: "[{match: {namespaces: [elsewhere]}, rules: {label-policy: {\(override)}}}]"
        )
        #expect(elsewhere.findings.map(\.note) == ["base"])
    }

    @Test func `is in the record of the verdict`() throws {
        #expect(try verdict(Self.denied).json.contains(#","note":"ask #labels"}"#))
        #expect(try !verdict("label-policy: {deny: ['*']}").json.contains(#""note""#))
    }

    @Test func `is told in characters that are seen`() throws {
        let verdict = try verdict(#"label-policy: {deny: ['*'], note: "a\u202eb\nc\u200bd"}"#)
        #expect(verdict.findings.map(\.note) == [#"a\u202eb\u000ac\u200bd"#])
    }

    @Test(arguments: [
        ("note: 7", "14", "spec.rules.limits.note: Invalid value: must be a string, not a number"),
        ("note: [a]", "14", "spec.rules.limits.note: Invalid value: must be a string, not a list"),
        ("noet: a", "8", #"unknown key "noet" in spec.rules.limits (did you mean "note"?)"#),
        ("note: a, note: b", "17", #"duplicate key "note""#),
    ])
    func `is a text`(entry: String, column: String, message: String) throws {
        let policy = "  rules:\n    limits:\n      {\(entry)}"
        let error = #expect(throws: PolicyFileError.self) { try compiledPolicy(policy) }
        let text = "\(try #require(error))"
        #expect(text.contains("line 7, column \(column): \(message)"), "\(text)")
    }

    @Test func `is of 200 characters, however many bytes`() throws {
        func policy(_ count: Int) -> String {
            "  overrides:\n    - rules: {limits: {note: \(String(repeating: "\u{1F4A1}", count: count))}}"
        }
        #expect(throws: Never.self) { try compiledPolicy(policy(200)) }
        let error = #expect(throws: PolicyFileError.self) { try compiledPolicy(policy(201)) }
        #expect(
            "\(try #require(error))".contains(
                "line 6, column 30: spec.overrides[0].rules.limits.note: Too long: 201 characters, must be at most 200"
            )
        )
    }
}
