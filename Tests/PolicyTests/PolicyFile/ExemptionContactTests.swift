import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Owner and ticket of an exemption` {
    private func verdict(_ members: String, expires: String = "2027-01-01T00:00:00Z") throws -> Verdict {
        try judge(
            run("", metadata: ", labels: {a: b}"),
            policy: """
                  rules: {label-policy: {deny: ['*']}}
                  exemptions: [{name: incident, reason: r, rules: [label-policy], expires: '\(expires)', \(members)}]
                """
        )
    }

    @Test(arguments: [
        (
            "owner: ops, ticket: 'OPS-1'", "owner ops, ticket OPS-1",
            #""exemption":"incident","owner":"ops","ticket":"OPS-1"}"#
        ),
        ("owner: ops", "owner ops", #""exemption":"incident","owner":"ops"}"#),
        ("ticket: ' https://t.example/1 '", "ticket https://t.example/1", #""ticket":"https://t.example/1"}"#),
        ("owner: ' '", "", #""exemption":"incident"}"#),
        (#"owner: "a\u202eb\nc""#, #"owner a\u202eb\u000ac"#, #""owner":"a\\u202eb\\u000ac"}"#),
    ])
    func `are told with what it covers`(members: String, contact: String, json: String) throws {
        let verdict = try verdict(members)
        let finding = try #require(verdict.findings.first)
        #expect(verdict.allowed && finding.exemption == "incident" && finding.exemptionContact.text == contact)
        #expect(verdict.json.contains(json), "\(verdict.json)")
    }

    @Test func `are told to whom it would have covered`() throws {
        func message(_ members: String) throws -> String {
            try #require(verdict(members, expires: "2026-01-01T00:00:00Z").findings.first).message
        }
        let told = try message("owner: ops, ticket: 'OPS-1'")
        #expect(told.hasSuffix(#"; exemption "incident" has expired (owner ops, ticket OPS-1)"#))
        #expect(try message("owner: ' '").hasSuffix(#"; exemption "incident" has expired"#))
    }

    @Test(arguments: [
        ("owner: 7", "column 52: spec.exemptions[0].owner: Invalid value: must be a string, not a number"),
        ("ticket: [a]", "column 53: spec.exemptions[0].ticket: Invalid value: must be a string, not a list"),
        ("ownr: a", #"column 45: unknown key "ownr" in spec.exemptions[0] (did you mean "owner"?)"#),
        ("tickets: a", #"column 45: unknown key "tickets" in spec.exemptions[0] (did you mean "ticket"?)"#),
        (
            "owner: \(String(repeating: "x", count: 201))",
            "column 52: spec.exemptions[0].owner: Too long: 201 characters"
        ),
    ])
    func `are texts`(member: String, message: String) throws {
        let policy = "  exemptions:\n    - {name: e, reason: r, rules: [limits], \(member)}"
        let error = #expect(throws: PolicyFileError.self) { try compiledPolicy(policy) }
        let text = "\(try #require(error))"
        #expect(text.contains("line 6, \(message)"), "\(text)")
    }
}
