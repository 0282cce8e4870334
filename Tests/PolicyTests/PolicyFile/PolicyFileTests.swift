import AdmissionAPI
import AgentRuns
import Foundation
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Policy file` {
    @Test func `the built-in one loads and judges like the built-in defaults`() throws {
        let policy = try AdmissionPolicy.load(Array(AdmissionPolicy.builtInFile.utf8), file: "p.yaml")
        for spec in ["parameters: {prompt: x}, implementationSpecRef: {name: s}", "parameters: {repository: x}"] {
            #expect(
                try review(object: run(spec), policy: policy).response == review(object: run(spec)).response
            )
        }
    }

    @Test(arguments: [
        ("  ruls: {}", #"line 5, column 3: unknown key "ruls" in spec (did you mean "rules"?)"#),
        (
            "  rules: {label-lenght: {}}",
            #"line 5, column 11: spec.rules: unknown rule "label-lenght" (did you mean "label-length"?)"#
        ),
        (
            "  rules: {label-length: {action: Denny}}",
            #"line 5, column 34: spec.rules.label-length.action: Unsupported value: "Denny": supported values: "Off", "Audit", "Warn", "Deny" (did you mean "Deny"?)"#
        ),
        (
            "  rules: {label-length: {reasons: {RunNameTooLongg: Warn}}}",
            #"line 5, column 36: spec.rules.label-length.reasons: unknown reason "RunNameTooLongg" (did you mean "RunNameTooLong"?)"#
        ),
        (
            "  rules: {secret-allowlist: {allow: x}}",
            "line 5, column 37: spec.rules.secret-allowlist.allow: Invalid value: must be a list of strings, not a string"
        ),
        (
            "  rules: {secret-allowlist: {allow: [1]}}",
            "line 5, column 38: spec.rules.secret-allowlist.allow[0]: Invalid value: must be a string, not a number"
        ),
        (
            "  rules: {repository-allowlist: {deny: [lab]}}",
            #"line 5, column 41: spec.rules.repository-allowlist.deny[0]: Invalid value: "lab": it has neither a slash nor a *, so it can match no owner/repo"#
        ),
        (
            "  stateMaxAgeSeconds: 0",
            "line 5, column 23: spec.stateMaxAgeSeconds: Invalid value: must be a whole number from 1 to 86400"
        ),
        (
            "  generation: 2026-03",
            #"line 5, column 15: spec.generation: Unsupported value: "2026-03": supported values: "2026-02", "2026-08" (did you mean "2026-02"?)"#
        ),
        (
            "  exemptions: [{name: x, rules: [label-length], reason: why, expires: soon}]",
            #"line 5, column 71: spec.exemptions[0].expires: Invalid value: must be an RFC 3339 time such as "2026-12-31T00:00:00Z""#
        ),
    ])
    func `a mistake is placed and named`(spec: String, problem: String) {
        let error = #expect(throws: PolicyFileError.self) {
            try AdmissionPolicy.load(Array(policyFile(spec).utf8), file: "p.yaml")
        }
        #expect(error?.problems.map(\.description) == [problem])
    }

    @Test func `a blank match is a mistake, and not everybody`() {
        let error = #expect(throws: PolicyFileError.self) {
            let spec = "  exemptions: [{name: e, reason: r, rules: [limits], match: {users: ['']}}]"
            return try AdmissionPolicy.load(Array(policyFile(spec).utf8), file: "p.yaml")
        }
        #expect(
            error?.problems.map(\.message) == [
                #"spec.exemptions[0].match.users[0]: Invalid value: "": must not be blank"#
            ]
        )
    }

    @Test func `an exemption names rules of the catalogue`() {
        let error = #expect(throws: PolicyFileError.self) {
            let spec = "  exemptions: [{name: e, reason: r, rules: [cluster-state, limit]}]"
            return try AdmissionPolicy.load(Array(policyFile(spec).utf8), file: "p.yaml")
        }
        #expect(error?.problems.count == 2)
        #expect(
            error?.problems.last?.message.hasSuffix(#"(did you mean "limits"?)"#) == true,
            "\(String(describing: error))"
        )
    }

    @Test func `an expired exemption is named once`() throws {
        let policy = """
              exemptions: [{name: old, reason: why, rules: [repository-allowlist], match: {names: ['r*', r]}, \
            expires: "2026-11-23T11:00:00Z"}]
            """
        let finding = try #require(try judge(run("parameters: {repository: x}"), policy: policy).findings.first)
        #expect(finding.message.components(separatedBy: "has expired").count == 2)
    }

    @Test(arguments: ["", "---\n", "a: b\n---\nc: d", "{", "\t- x", "[]"])
    func `that is no policy is refused`(text: String) {
        #expect(throws: PolicyFileError.self) { try AdmissionPolicy.load(Array(text.utf8), file: "p.yaml") }
    }

    @Test func `an unquoted Off is the word`() throws {
        let policy = "  rules: {prompt-override: {action: Off}}"
        #expect(
            try judge(run("parameters: {prompt: x}, implementationSpecRef: {name: s}"), policy: policy).findings.isEmpty
        )
    }

    @Test(arguments: [
        ("action: Audit", "", "Audit"), ("reasons: {PromptOverride: Deny}, action: Audit", "", "Deny"),
        ("action: Audit", "action: Deny", "Deny"), ("reasons: {PromptOverride: Deny}", "action: Audit", "Audit"),
        ("action: Deny", "reasons: {PromptOverride: Audit}", "Audit"),
    ])
    func `an action is the first that is set`(base: String, override: String, action: String) throws {
        let policy = """
              rules: {prompt-override: {\(base)}}
              overrides: [{match: {namespaces: [other]}, rules: {prompt-override: {action: "Off"}}}, \
            {match: {names: ["r*"]}, rules: {prompt-override: {\(override)}}}]
            """
        let verdict = try judge(run("parameters: {prompt: x}, implementationSpecRef: {name: s}"), policy: policy)
        #expect(verdict.findings.map(\.action.rawValue) == [action])
    }

    @Test(arguments: [
        ("2026-11-23T12:00:01Z", true), ("2026-11-23T12:00:00Z", false), ("2026-11-23T13:00:00+01:00", false),
    ])
    func `an exemption ends when it expires`(expires: String, applies: Bool) throws {
        let policy = """
              exemptions: [{name: incident, reason: why, rules: [repository-allowlist], match: {names: [r]}, \
            expires: "\(expires)"}]
            """
        let finding = try #require(try judge(run("parameters: {repository: x}"), policy: policy).findings.first)
        #expect(finding.action == (applies ? .audit : .deny))
        #expect(finding.exemption == (applies ? "incident" : nil))
        #expect(finding.message.hasSuffix(#"; exemption "incident" has expired"#) == !applies)
    }
}
