import Foundation
import TestPrograms
import Testing

/// The policy in the ConfigMap.
@Suite(.timeLimit(.minutes(1))) struct `The policy of the base` {
    @Test func `is a policy, and nothing in it is without effect`() async throws {
        let installation = try await Installation.render("overlays/self-managed")
        let map = installation.named("ConfigMap", "agentrun-admission-policy")
        let folder = try Folder()
        let file = folder.url.appending(path: "policy.yaml")
        try #require(map["data"]["policy.yaml"].string).write(to: file, atomically: true, encoding: .utf8)
        let program = try await Program.agentrunAdmission("policy", "check", file.path)
        #expect(program.status == 0, "\(program.output)\(program.errors)")
    }
}
