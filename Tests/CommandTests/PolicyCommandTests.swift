import Foundation
import TestCheckout
import TestPrograms
import Testing

@Suite(.timeLimit(.minutes(1))) struct `policy and rules` {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func policy(_ rules: String) -> String {
        "apiVersion: admission.agents.proompteng.ai/v1alpha1\nkind: AgentRunPolicy\nspec:\n  rules: {\(rules)}\n"
    }

    @Test func `policy check has nothing to say of what policy show prints`() async throws {
        let shown = try await Program.agentrunAdmission("policy", "show")
        let file = try folder.write(shown.output, to: "built-in.yaml")
        let check = try await Program.agentrunAdmission("policy", "check", file)
        #expect(check.status == 0 && check.output.isEmpty && check.errors.isEmpty)
    }

    @Test func `policy check exits with 1 for what has no effect, and with 2 for what is no policy`() async throws {
        let idle = try folder.write(policy("image-policy: {action: Off, deny: [x]}"), to: "idle.yaml")
        let note = try await Program.agentrunAdmission("policy", "check", idle)
        #expect(note.status == 1)
        #expect(note.output.hasPrefix("\(idle):4:45: spec.rules.image-policy.deny: the rule is Off"), "\(note.output)")
        let wrong = try folder.write(policy("image-polici: {}"), to: "wrong.yaml")
        let both = try await Program.agentrunAdmission("policy", "check", idle, wrong, folder.path("missing.yaml"))
        #expect(both.status == 2)
        #expect(both.output == note.output)
        #expect(both.errors.contains(#"(did you mean "image-policy"?)"#))
        #expect(both.errors.contains("cannot read policy \(folder.path("missing.yaml"))"))
    }

    @Test func `rules and policy schema print what the repository holds`() async throws {
        let rules = try await Program.agentrunAdmission("rules", "--output", "markdown")
        #expect(rules.output == (try Checkout.text("docs/rules.md")))
        let schema = try await Program.agentrunAdmission("policy", "schema")
        #expect(schema.output == (try Checkout.text("deploy/agentrun-policy.schema.json")))
        let text = try await Program.agentrunAdmission("rules")
        #expect(text.output.contains("head-branch-conflict [Deny] Another active run holds the branch\n"))
        let json = try await Program.agentrunAdmission("rules", "--output", "json")
        #expect(json.output.hasPrefix(#"{"rules":[{"id":"prompt-override","action":"Warn","#))
    }
}
