import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `A suggested patch` {
    private static let policy = """
          rules: {secret-allowlist: {allow: [s, t]}, label-policy: {deny: [bad]}}
        """

    /// Every operation there is, with the members RFC 6902 wants of it.
    @Test(arguments: [
        (
            run("", metadata: ", labels: {bad: x}"),
            #"[{"op":"remove","path":"/metadata/labels/bad"}]"#
        ),
        (
            run("runtime: {type: job, config: {ttl: 60}}"),
            #"[{"op":"move","from":"/spec/runtime/config/ttl","path":"/spec/ttlSecondsAfterFinished"}]"#
        ),
        (run("parameters: {x: 7}"), #"[{"op":"replace","path":"/spec/parameters/x","value":"7"}]"#),
        (
            run("secrets: [t], systemPromptRef: {kind: Secret, name: s, key: k}"),
            #"[{"op":"add","path":"/spec/secrets/-","value":"s"}]"#
        ),
        (
            run("systemPromptRef: {kind: Secret, name: s, key: k}"),
            #"[{"op":"add","path":"/spec/secrets","value":["s"]}]"#
        ),
        (
            run("secrets: null, systemPromptRef: {kind: Secret, name: s, key: k}"),
            #"[{"op":"add","path":"/spec/secrets","value":["s"]}]"#
        ),
    ])
    func `is written as JSON Patch`(yaml: String, expected: String) throws {
        let findings = try judge(yaml, policy: Self.policy).findings
        let patch = try unsafe json(yaml).withUnsafeBytes { unsafe PatchSuggestion(for: findings, in: $0) }
        #expect(patch.patch.json == expected)
    }
}
