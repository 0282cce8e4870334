import AgentRuns
import JSONPull
import Policy
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
    ])
    func `names what has no effect`(spec: String, expected: [String]) throws {
        #expect(try lint(spec) == expected)
    }
}
