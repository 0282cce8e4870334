import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Names of volumes` {
    private func state(_ ssh: String) -> String {
        documents(
            object("VersionControlProvider", "v", "provider: gitlab, auth: {\(ssh)}"),
            object("Agent", "a", "vcsRef: {name: v}, providerRef: {name: p}, defaults: {systemPrompt: s}"),
            object("AgentProvider", "p")
        )
    }

    private func found(
        _ name: String,
        _ ssh: String,
        spec: String = "",
        _ generation: Generation = .august2026
    ) throws -> [String] {
        let parameters = "parameters: {repository: o/r, head: codex/x}"
        let object = run(spec.isEmpty ? parameters : "\(parameters), \(spec)", name: name)
        return try judge(object, state: state(ssh), generation: generation).reasons(of: .labelLength)
    }

    private static let key = "ssh: {privateKeySecretRef: {name: k}}"
    private static let both = "ssh: {privateKeySecretRef: {name: k}, knownHostsConfigMapRef: {name: h}}"

    @Test(arguments: [
        (57, false, false), (58, true, true), (59, false, true), (60, false, true), (61, false, true), (62, true, true),
        (63, false, true),
    ]) func `are cut`(length: Int, isFound: Bool, isFoundWithHosts: Bool) throws {
        let name = String(repeating: "a", count: length)
        #expect(try found(name, Self.key) == (isFound ? ["VolumeNameTooLong"] : []))
        #expect(try found(name, Self.both) == (isFoundWithHosts ? ["VolumeNameTooLong"] : []))
    }

    @Test func `are asked of those alone that have any`() throws {
        let name = String(repeating: "a", count: 58)
        #expect(try found(name, Self.key, .february2026) == [])
        #expect(try found(name, "token: {secretRef: {name: t}}, \(Self.key)") == [])
        #expect(try found(name, "method: ssh, token: {secretRef: {name: t}}, \(Self.key)") == ["VolumeNameTooLong"])
        #expect(try found(name, "method: ssh") == [])
        #expect(try found(name, Self.key, spec: "vcsPolicy: {mode: none}") == [])
        #expect(
            try found(name, Self.key, spec: "runtime: {type: temporal, config: {workflowType: w, taskQueue: q}}") == []
        )
        #expect(try found("b" + String(repeating: ".", count: 1) + name.dropLast(2), Self.key) == ["VolumeNameTooLong"])
    }

    @Test func `are told with a name that is short enough`() throws {
        let object = run("parameters: {repository: o/r, head: codex/x}", name: String(repeating: "a", count: 62))
        let verdict = try judge(object, state: state(Self.key), generation: .august2026)
        #expect(verdict.explanation.predicted == "Failed/SubmitFailed")
        let line = try #require(verdict.lines(of: .labelLength).first)
        #expect(
            line.contains(
                "62 characters, and names of volumes are cut after 63: the one for the ssh key ends in a dash (use \""
            )
        )
        let proposal = try #require(line.firstMatch(of: /use "([a-z0-9-]+)"/)?.1)
        #expect(proposal.utf8.count <= 57)
        #expect(try found(String(proposal), Self.both) == [])
    }
}
