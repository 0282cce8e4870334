import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `policy and rules` {
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

    @Test func `policy check says which exemptions a decision log shows in use`() async throws {
        let exemptions =
            "exemptions: [{name: used, reason: r, rules: [limits]}, {name: idle, reason: r, rules: [limits]}]"
        let file = try folder.write(policy("") + "  \(exemptions)\n", to: "p.yaml")
        let line = #"{"time":"2026-11-23T12:00:00Z","verdict":{"allowed":true,"findings":[{"exemption":"used"}]}}"#
        let log = try folder.write("\(line)\n", to: "log")
        let good = try await Program.agentrunAdmission("policy", "check", file, "--log", log, "--log", log)
        #expect(good.status == 0 && good.errors.isEmpty, "\(good.errors)")
        #expect(
            good.output == """
                \(file):5:16: exemption "used": covered 2 findings of 2 decisions, the last one at 2026-11-23T12:00:00Z
                \(file):5:58: exemption "idle": not used in 2 decisions; remove it, or look further back
                decision log: 2 decisions from 2026-11-23T12:00:00Z to 2026-11-23T12:00:00Z

                """
        )
        let absent = folder.path("absent")
        let bad = try await Program.agentrunAdmission("policy", "check", file, "--log", absent, "--log", log)
        #expect(bad.status == 2 && bad.output.contains("covered 1 finding of 1 decision,"), "\(bad.output)")
        #expect(
            bad.errors.contains("cannot read the decision log \(absent): No such file or directory; correct the path")
        )
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
