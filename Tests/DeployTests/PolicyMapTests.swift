import Foundation
import TestPatience
import TestPrograms
import Testing

/// The policy in the ConfigMap.
@Suite(.limit(minutes: 1)) struct `The policy of the base` {
    private static func policy(_ folder: String) async throws -> String {
        let installation = try await Installation.render(folder)
        return try #require(
            installation.named("ConfigMap", "agentrun-admission-policy")["data"]["policy.yaml"].string
        )
    }

    @Test(arguments: ["overlays/self-managed", "overlays/fail-open"])
    func `is a policy, and nothing in it is without effect`(folder: String) async throws {
        let folderOfTest = try Folder()
        let file = folderOfTest.url.appending(path: "policy.yaml")
        try await Self.policy(folder).write(to: file, atomically: true, encoding: .utf8)
        let program = try await Program.agentrunAdmission("policy", "check", file.path)
        #expect(program.status == 0, "\(program.output)\(program.errors)")
    }

    @Test func `is the same in fail-open, but for what becomes of a run whose branch could not be claimed`()
        async throws
    {
        func lines(_ policy: String) -> [Substring] { policy.split(separator: "\n").filter { !$0.contains("#") } }
        let base = lines(try await Self.policy("overlays/self-managed"))
        let open = lines(try await Self.policy("overlays/fail-open"))
        #expect(base.contains("  onUnclaimed: Deny"))
        #expect(open == base.map { $0 == "  onUnclaimed: Deny" ? "  onUnclaimed: Warn" : $0 })
    }
}
