import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Policy lint` {
    private func lint(_ spec: String) throws -> [String] {
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        return try PolicyLint.problems(in: Array(policyFile(spec).utf8), file: "p.yaml", now: now).map(\.message)
    }

    @Test func `has nothing to say of the built-in policy`() throws {
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        #expect(try PolicyLint.problems(in: Array(AdmissionPolicy.builtInFile.utf8), file: "b", now: now).isEmpty)
    }

    @Test func `places what it finds`() throws {
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        let file = policyFile("  rules:\n    secret-allowlist:\n      allow:\n        - fine\n        - Not_A_Name")
        let problems = try PolicyLint.problems(in: Array(file.utf8), file: "p.yaml", now: now)
        #expect(problems.map(\.line) == [9] && problems.map(\.column) == [11])
    }

    @Test func `refuses what is no policy`() {
        #expect(throws: PolicyFileError.self) { try lint("  rulez: {}") }
    }

    @Test(arguments: [
        (
            "  onUnclaimed: Warn\n  rules: {head-branch-conflict: {action: 'Off'}}",
            [
                #"""
                spec.onUnclaimed: head-branch-conflict is Off, so no branch is claimed and this has no effect; \#
                remove it
                """#
            ]
        ),
        (
            "  rules: {repository-allowlist: {allow: [o/a, O/A, 'o/*']}}",
            [
                #"""
                spec.rules.repository-allowlist.allow[0]: "o/a" matches nothing that "o/*" does not match; \#
                remove it
                """#,
                #"""
                spec.rules.repository-allowlist.allow[1]: "O/A" matches nothing that "o/a" does not match; \#
                remove it
                """#,
            ]
        ),
        (
            "  rules: {repository-allowlist: {allow: [o/a], deny: ['O/*']}}",
            [
                #"""
                spec.rules.repository-allowlist.allow[0]: "o/a" is refused all the same by the deny pattern \#
                "O/*"; remove one of them
                """#
            ]
        ),
        (
            "  rules: {image-policy: {allow: ['https://ghcr.io/*', 'ghcr.io/a b', 'ghcr.io/*@sha256:*']}}",
            [
                #"spec.rules.image-policy.allow[0]: no image reference can match "https://ghcr.io/*"; correct it"#,
                #"spec.rules.image-policy.allow[1]: no image reference can match "ghcr.io/a b"; correct it"#,
            ]
        ),
        (
            "  rules: {label-policy: {deny: ['a/b/c', 'team=x', 'example.com/*']}}",
            [
                #"spec.rules.label-policy.deny[0]: no label's key can match "a/b/c"; correct it"#,
                #"spec.rules.label-policy.deny[1]: no label's key can match "team=x"; correct it"#,
            ]
        ),
        (
            "  rules: {secret-allowlist: {allow: [A_B, ' '], blocked: [x]}}",
            [
                #"spec.rules.secret-allowlist.allow[0]: no Secret's name can match "A_B"; correct it"#,
                "spec.rules.secret-allowlist.allow[1]: a blank pattern is dropped; remove it",
            ]
        ),
        (
            "  rules: {image-policy: {action: Off, deny: [x]}}",
            [
                """
                spec.rules.image-policy.deny: the rule is Off, so this has no effect; remove it, or switch \
                the rule on
                """
            ]
        ),
        (
            "  rules: {image-policy: {action: Off, deny: [x]}}\n"
                + "  overrides: [{match: {namespaces: [prod]}, rules: {image-policy: {action: Deny}}}]",
            []
        ),
        ("  rules: {image-policy: {action: Off, reasons: {ImageBlocked: Warn}, deny: [x]}}", []),
        (
            "  overrides: [{match: {namespaces: ['a-*']}, rules: {limits: {action: Off}}}, "
                + "{match: {namespaces: [a-b], names: [x]}, rules: {limits: {action: Deny}, plan-step: {action: Off}}}]",
            [
                """
                spec.overrides[1].rules.limits: spec.overrides[0] names the rule and matches all that this \
                one matches, so this one never counts; put the narrower one first
                """
            ]
        ),
        (
            "  overrides: [{match: {namespaces: [a-b]}, rules: {limits: {action: Off}}}, "
                + "{match: {namespaces: ['a-*']}, rules: {limits: {action: Deny}}}]",
            []
        ),
        (
            "  rules: {limits: {action: Off}}\n  exemptions: [{name: e, reason: r, rules: [limits, plan-step], "
                + "match: {names: [A]}, expires: '2026-11-23T12:00:00Z'}]",
            [
                "spec.exemptions[0].rules[0]: limits is Off, so there is nothing to exempt; remove it",
                #"spec.exemptions[0].match.names[0]: no name can match "A"; correct it"#,
                "spec.exemptions[0].expires: the exemption has expired; remove it, or give it a new date",
            ]
        ),
        (
            "  exemptions: [{name: e, reason: r, rules: [limits]}, {name: f, reason: r, rules: [limits]}, "
                + "{name: e, reason: s, rules: [plan-step]}]",
            [
                """
                spec.exemptions[2].name: spec.exemptions[0] has the same name, so that nobody can tell which one \
                covers a finding; rename one of them
                """
            ]
        ),
        (
            "  rules: {limits: {action: Off, note: x}}",
            [
                """
                spec.rules.limits.note: the rule is Off, so this has no effect; remove it, or switch \
                the rule on
                """
            ]
        ),
    ])
    func `names what has no effect`(spec: String, expected: [String]) throws {
        #expect(try lint(spec) == expected)
    }

    /// By the time of the check, 2026-11-23T12:00:00Z.
    @Test(arguments: [
        ("2026-11-23T11:59:59Z", nil), ("2026-11-23T12:00:01Z", "in less than a day"),
        ("2026-11-25T11:00:00Z", "in 1 day"), ("2026-12-23T12:00:00Z", "in 30 days"),
        ("2026-12-23T13:00:00+01:00", "in 30 days"), ("2026-12-23T12:00:01Z", nil),
        ("9999-12-31T23:59:59Z", nil), ("0000-01-01T00:00:00Z", nil),
    ])
    func `warns of an exemption in its last thirty days`(expires: String, left: String?) throws {
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        let file = policyFile("  exemptions:\n    - {name: e, reason: r, rules: [limits], expires: '\(expires)'}")
        let lint = try PolicyLint(Array(file.utf8), file: "p.yaml", now: now)
        let message = left.map {
            "spec.exemptions[0].expires: the exemption expires \($0); mend what it is for, or give it a new date"
        }
        #expect(lint.warnings.map(\.message) == [message].compactMap(\.self))
        #expect(lint.warnings.allSatisfy { $0.line == 6 && $0.column == 54 })
        #expect(lint.problems.isEmpty == !(expires.hasPrefix("0000") || expires.hasPrefix("2026-11-23T11")))
    }

    @Test func `says where the exemptions are, and who answers for them`() throws {
        let file = policyFile(
            #"""
              exemptions:
                - {name: a, reason: r, rules: [limits], owner: ops}
                - {name: "b\n", reason: r, rules: [limits]}
            """#
        )
        let lint = try PolicyLint(Array(file.utf8), file: "p.yaml", now: Timestamp(seconds: 0))
        #expect(lint.exemptions.map(\.name) == ["a", #"b\u000a"#] && lint.exemptions.map(\.line) == [6, 7])
        #expect(lint.exemptions.map(\.contact.text) == ["owner ops", ""])
    }
}
