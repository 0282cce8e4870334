import AgentRuns
import Policy
import Testing

@Suite struct `Profiles of a policy` {
    private func load(_ profile: PolicyProfile) throws -> AdmissionPolicy {
        try AdmissionPolicy.load(Array(profile.file.utf8), file: profile.rawValue)
    }

    @Test(arguments: PolicyProfile.allCases)
    func `are policy files without a mistake or anything without effect`(profile: PolicyProfile) throws {
        let policy = try load(profile)
        #expect(policy.name == profile.rawValue)
        let problems = try PolicyLint.problems(
            in: Array(profile.file.utf8),
            file: profile.rawValue,
            now: Timestamp(seconds: 0)
        )
        #expect(problems.isEmpty, "\(problems)")
    }

    @Test(arguments: PolicyProfile.allCases)
    func `name every rule, its reasons and its keys`(profile: PolicyProfile) {
        let lines = Set(profile.file.split(separator: "\n").map(String.init))
        for rule in RuleCatalogue.rules {
            #expect(lines.contains("    \(rule.rawValue):"))
            for reason in rule.reasons { #expect(lines.contains("    #   \(reason.rawValue): \(reason.meaning)")) }
            for key in rule.descriptor.optionKeys {
                #expect(lines.contains { $0.hasPrefix("      # \(key):") }, "\(key)")
            }
        }
    }

    @Test(arguments: PolicyProfile.allCases)
    func `have an exemption that need only be uncommented`(profile: PolicyProfile) throws {
        let parts = profile.file.split(separator: "  # What has to pass for a time, for the record alone:\n")
        let example = try #require(parts.last).replacing("  # ", with: "    ").replacing("  exemptions: []\n", with: "")
        let file = try #require(parts.first) + "  exemptions:\n" + example
        let policy = try AdmissionPolicy.load(Array(file.utf8), file: profile.rawValue)
        #expect(policy.exemptionNames == ["incident-4711"])
    }

    @Test func `advise denies nothing`() {
        #expect(!PolicyProfile.advise.file.contains("Deny"))
    }

    @Test func `protect is the built-in policy, but for what a run may demand`() throws {
        let lines = PolicyProfile.protect.file.split(separator: "\n")
            .filter { !$0.contains("#") && !$0.contains("name:") }
        let builtIn = Set(AdmissionPolicy.builtInFile.split(separator: "\n"))
        let others = lines.filter { !builtIn.contains($0) }
        #expect(others.isEmpty, "\(others)")
        #expect(PolicyProfile.protect.file.contains("    custom-endpoint:\n      action: Warn\n"))
        #expect(PolicyProfile.protect.file.contains("    secret-allowlist:\n      action: Deny\n"))
    }

    @Test func `strict denies whatever a rule finds, and asks for its lists`() {
        let actions = PolicyProfile.strict.file.split(separator: "\n").filter { $0.hasPrefix("      action:") }
        #expect(actions.count == RuleCatalogue.rules.count && actions.allSatisfy { $0 == "      action: Deny" })
        #expect(PolicyProfile.strict.file.contains("      # allow: []  # Fill in: "))
    }
}
