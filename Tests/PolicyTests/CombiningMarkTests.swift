import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// A combining mark behind a separator hides it from Swift's `Character`, not from the controller.
@Suite struct `Combining marks hide nothing` {
    private static let lists = "  rules: {repository-allowlist: {allow: [good/x], deny: ['evil/*']}}"

    @Test func `behind the # of an issue`() throws {
        let spec = #"implementation: {inline: {text: t, source: {provider: github, externalId: "evil/repo#\u03017"}}}"#
        let verdict = try judge(run(spec), policy: Self.lists)
        #expect(
            verdict.summary(of: .repositoryAllowlist) == [
                "RepositoryDenied spec.implementation.inline.source.externalId Deny"
            ]
        )
        #expect(verdict.explanation.repository == "evil/repo")
    }

    @Test(arguments: [
        #"https://evil.example/\u0301@github.com/good/x"#, #"https:\u0301//github.com/good/x"#,
        #"git@\u0301evil.example:good/x"#, #"evil.example/\u0301good/x"#, #"https://evil.example:\u030122/good/x"#,
        #"https://github.com@\u0301evil.example/good/x"#, #"good\u0301/x"#, #"good/\u0301x"#,
    ])
    func `in a repository's address`(repository: String) throws {
        let verdict = try judge(run("parameters: {repository: \"\(repository)\"}"), policy: Self.lists)
        #expect(!verdict.allowed)
        #expect(verdict.reasons(of: .repositoryAllowlist).contains("RepositoryNotAllowed"))
    }

    @Test(arguments: [
        (#"codex/{{ parameters.\u0301x }}"#, "codex/one"), (#"codex/{{ parameters\u0301.x }}"#, "codex/"),
        (#"codex/\u0301{{ parameters.other }}"#, "codex/\u{301}two"), (#"codex/{{\u0301 }}"#, "codex/"),
    ])
    func `in a branch template`(template: String, head: String) throws {
        let provider = object("VersionControlProvider", "git", "defaults: {branchTemplate: \"\(template)\"}")
        let spec = #"vcsRef: {name: git}, parameters: {repository: acme/lab, "\u0301x": one, other: two}"#
        let verdict = try judge(run(spec), state: provider)
        #expect(verdict.explanation.head == ExactString(head))
    }

    @Test func `in the segments of a rendered branch`() throws {
        let template = #"defaults: {branchTemplate: "codex/\u0301{{ none }}/x"}"#
        let provider = object("VersionControlProvider", "git", template)
        let spec = "vcsRef: {name: git}, parameters: {repository: acme/lab}"
        let verdict = try judge(run(spec), state: provider, generation: .august2026)
        #expect(verdict.explanation.head == ExactString("codex/\u{301}/x"))
    }

    @Test func `in the path of a token`() throws {
        let spec = #"implementation: {inline: {text: "{{ parameters.\u0301x }}"}}, parameters: {"\u0301x": one}"#
        let verdict = try judge(run(spec), generation: .august2026)
        #expect(verdict.summary(of: .literalTokens).isEmpty)
    }

    @Test func `in the name of a kind`() throws {
        let yaml = #"{apiVersion: "agents.proompteng.ai/\u0301v1alpha1", kind: AgentRun, metadata: {name: r}}"#
        let json = try json(yaml)
        let header = try unsafe json.withUnsafeBytes { bytes in
            try unsafe JSONReader.read(bytes) { reader throws(JSONError) in try ManifestHeader(&reader) }
        }
        #expect(header.group == "agents.proompteng.ai" && header.version == ExactString("\u{301}v1alpha1"))
    }
}
