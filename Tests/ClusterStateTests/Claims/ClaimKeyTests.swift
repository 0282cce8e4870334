import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `Names of claims` {
    private func key(_ repository: ExactString, _ head: ExactString, _ scope: ExactString? = nil) -> ClaimKey {
        ClaimKey(scope: scope, branch: BranchKey(repository: repository, head: head))
    }

    @Test(arguments: [
        "codex/leader-election", "", "/", "---", "ÄÖÜ/日本", "A_B", "x\u{0}y", String(repeating: "long/", count: 200),
    ])
    func `are labels`(head: String) {
        let name = key("proompteng/lab", ExactString(head)).leaseName
        #expect(name.utf8.count <= 63)
        #expect(name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) })
        #expect(name.first != "-" && name.last != "-")
        #expect(name.hasPrefix("branch-"))
    }

    @Test func `begin with what can be read of the head`() {
        #expect(key("o/r", "Codex/Leader_Election").leaseName.hasPrefix("branch-codex-leader-election-"))
    }

    @Test func `stay as they are, or claims of earlier versions would not be found`() {
        #expect(key("o/r", "codex/x").leaseName == "branch-codex-x-00db5458a4a8abb90af23949eb94640c")
    }

    @Test func `differ for whatever differs`() {
        let keys = [
            key("o/r", "a"), key("o/r", "A"), key("o/ra", ""), key("o/", "ra"), key("o/r", "a", "ns"), key("ns", "o/r"),
            key("o/r", "a", ""), key("o/r", "é"), key("o/r", "e\u{301}"),
        ]
        // An empty namespace is none.
        #expect(Set(keys.map(\.leaseName)).count == keys.count - 1)
    }
}
