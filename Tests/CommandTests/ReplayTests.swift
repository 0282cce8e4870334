import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 5)) struct `replay` {
    /// Made once for all tests: the log of some recorded reviews, by the built-in policy, without cluster state.
    private static let logged = Task { () throws -> (folder: Folder, log: String) in
        let folder = try Folder()
        let log = folder.path("decisions.log")
        let webhook = try await Webhook.start("--decision-log", log)
        for name in ["agentrun-create-inline", "agentrun-create-job-runtime", "agentrun-create-generatename"] {
            _ = try await webhook.post(Recordings.body(name))
        }
        for number in 0..<4 { _ = try await webhook.post(Reviews.create("run-\(number)", head: "codex/\(number)")) }
        _ = try await webhook.post("{")
        guard try await webhook.stop() == 0 else { throw CancellationError() }
        return (folder, log)
    }

    private func log() async throws -> String { try await Self.logged.value.log }

    private static let denyAll = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        metadata: { name: new }
        spec: { rules: { label-policy: { required: [no-run-has-this-label] } } }
        """

    @Test func `flips nothing by the same policy`() async throws {
        let program = try await Program.agentrunAdmission("replay", log(), "--strict")
        #expect(program.status == 0, "\(program.errors)")
        #expect(program.output.contains("0 would be denied, 0 would be allowed, 0 would have other findings"))
        #expect(!program.output.contains("cannot"))
    }

    @Test func `says which decisions another policy flips, by rule`() async throws {
        let folder = try Folder()
        let policy = try folder.write(Self.denyAll, to: "new.yaml")
        let program = try await Program.agentrunAdmission("replay", log(), "--policy", policy)
        #expect(program.status == 1)
        #expect(program.output.contains("allowed, would be denied"))
        #expect(program.output.contains("Deny  [MissingRequiredLabels] metadata.labels.no-run-has-this-label"))
        #expect(program.output.contains("by rule:\n  label-policy  "))
        let quiet = try await Program.agentrunAdmission("replay", "-q", log(), "--policy", policy)
        #expect(quiet.output.hasPrefix("by rule:\n"))
    }

    @Test func `has a JSON form`() async throws {
        let folder = try Folder()
        let policy = try folder.write(Self.denyAll, to: "new.yaml")
        let program = try await Program.agentrunAdmission("replay", log(), "--policy", policy, "--output", "json")
        #expect(program.status == 1)
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any]
        )
        let flips = try #require(report["flips"] as? [[String: Any]])
        let summary = try #require(report["summary"] as? [String: Int])
        let rules = try #require(report["rules"] as? [String: [String: Int]])
        #expect(!flips.isEmpty && flips.allSatisfy { $0["rules"] as? [String] == ["label-policy"] })
        #expect(summary["denied"] == flips.count && rules["label-policy"]?["denied"] == flips.count)
    }

    @Test func `does not guess what was not recorded, unless a state is given`() async throws {
        let folder = try Folder()
        let run = """
            apiVersion: agents.proompteng.ai/v1alpha1
            kind: Agent
            metadata: { name: codex-agent, namespace: agents }
            spec: { providerRef: { name: codex } }
            """
        let state = try folder.write(run, to: "state.yaml")
        let policy = try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            metadata: { name: new }
            spec: { rules: { secret-allowlist: { requireBinding: true }, limits: { action: Off } } }
            """,
            to: "new.yaml"
        )
        let off = try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            metadata: { name: old }
            spec: { rules: { references: { action: Off }, limits: { action: Off }, prompt-source: { action: Off } } }
            """,
            to: "old.yaml"
        )
        let log = folder.path("log")
        let webhook = try await Webhook.start("--decision-log", log, "--policy", off)
        _ = try await webhook.post(Recordings.body("agentrun-create-job-runtime"))
        _ = try await webhook.stop()
        let unsure = try await Program.agentrunAdmission("replay", log, "--policy", policy, "--strict")
        #expect(unsure.status == 1)
        #expect(
            unsure.output.contains("cannot tell\n    the policy asks what was not recorded: whether objects of kind")
        )
        #expect(unsure.output.contains("1 cannot be told"))
        let lenient = try await Program.agentrunAdmission("replay", log, "--policy", policy)
        #expect(lenient.status == 0)
        let sure = try await Program.agentrunAdmission("replay", log, "--policy", policy, "--strict", "--state", state)
        #expect(!sure.output.contains("cannot"), "\(sure.output)")
    }

    @Test func `reads standard input, and judges the rest when a line cannot be read`() async throws {
        let text = try String(contentsOfFile: await log(), encoding: .utf8)
        let broken = "nonsense\n{\"time\":\"2026-11-23T12:00:00Z\",\"dropped\":7}\n" + text + text.prefix(100)
        let program = try await Program.agentrunAdmission("replay", "-", input: broken)
        #expect(program.status == 2)
        #expect(program.errors.contains("-:1: not JSON"))
        #expect(program.errors.contains("the last line is cut off"))
        #expect(program.output.contains("7 are missing from the log; 1 lines not read; 1 line cut off"))
        let missing = try await Program.agentrunAdmission("replay", "/nowhere/log")
        #expect(missing.status == 2)
        #expect(missing.errors.contains("cannot read the decision log /nowhere/log"))
    }

    @Test func `has nothing to read when the server cannot open the log`() async throws {
        let program = try await Program.agentrunAdmission("serve", "--port", "0", "--decision-log", "/nowhere/log")
        #expect(program.status == 2)
        #expect(program.errors.contains("cannot open /nowhere/log: No such file or directory"))
    }
}
