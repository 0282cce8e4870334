import AdmissionAPI
import AgentRuns
import JSONPull
import PolicyTestSupport
import Testing

@testable import Policy

/// What an object says is told only where it must be, and only fit to print.
@Suite struct `Leaks` {
    private static let token = "ghs_0123456789abcdef"

    /// Everything a verdict tells anybody.
    private func texts(of verdict: Verdict) -> String {
        var writer = JSONWriter()
        verdict.write(to: &writer)
        return String(decoding: writer.bytes + verdict.response.encoded(as: .v1), as: UTF8.self)
    }

    @Test(arguments: [
        ("https://x:\(token)@github.com/acme/lab", true), ("https://\(token)@evil.example/acme/lab", false),
        ("\(token):x-oauth-basic@github.com/acme/lab", false), ("https://\(token)@github.com/a/b/c", false),
        ("\(token)@github.com/acme/lab", false),
    ])
    func `no token of a repository's address`(repository: String, isAllowed: Bool) throws {
        let policy = "  rules: {repository-allowlist: {allow: ['acme/*'], reasons: {CredentialInURL: Warn}}}"
        let verdict = try judge(run("parameters: {repository: \"\(repository)\", head: codex/x}"), policy: policy)
        #expect(verdict.allowed == isAllowed)
        #expect(verdict.findings.count { $0.reason == .credentialInURL } == 1)
        #expect(!texts(of: verdict).contains(Self.token), "\(texts(of: verdict))")
    }

    @Test func `a credential is told, and what to do about it`() throws {
        let verdict = try judge(run("parameters: {repository: 'https://u:p@github.com/Acme/lab'}"))
        #expect(
            verdict.lines(of: .repositoryAllowlist) == [
                """
                [CredentialInURL] spec.parameters.repository: Forbidden: "https://…@github.com/Acme/lab" carries user \
                information, which everyone who may read the run can see (write "acme/lab" alone, revoke what stood before \
                the @ if it is a secret, and give access by the VersionControlProvider's secret)
                """
            ]
        )
        #expect(verdict.explanation.repository == "https://…@github.com/Acme/lab")
        let ofSSH = try judge(run("parameters: {repository: 'git@github.com:acme/lab'}"))
        #expect(ofSSH.reasons(of: .repositoryAllowlist).isEmpty)
    }

    @Test(arguments: [
        ("do ${name_of_24_characters__}", #""${name_of_24_characters__}""#),
        ("do ${ghp_0123456789abcdefghijklmnopqrstuvwxyz}", #""${ghp_01234567…}" (40 characters)"#),
        ("do ${a} ${b.c-d}", #""${a}", "${b.c-d}""#),
    ])
    func `no long token of a prompt`(text: String, named: String) throws {
        let verdict = try judge(run("implementation: {inline: {text: '\(text)'}}"))
        #expect(verdict.findings.first { $0.reason == .literalToken }?.message.contains("\(named) stays") == true)
    }

    @Test(arguments: [
        ("{{ a whole sentence of it }}", #""{{ … }}" (22 characters)"#), ("{{ a.b[0].c }}", #""{{ a.b[0].c }}""#),
        ("{{ a.b[x].c }}", #""{{ … }}" (8 characters)"#), ("{{ é }}", #""{{ … }}" (1 character)"#),
        ("{{ parameters.a_rather_long_name }}", #""{{ parameters.a… }}" (29 characters)"#),
    ])
    func `no sentence between braces`(text: String, named: String) throws {
        let verdict = try judge(run("implementation: {inline: {text: '\(text)'}}"), generation: .august2026)
        let message = verdict.findings.first { $0.reason == .emptyToken }?.message
        #expect(message?.contains("\(named) names nothing") == true, "\(message ?? "none")")
    }

    @Test(arguments: [
        ("Running", "Running"), ("On hold", #""On hold""#), (#"\u001B[31m\u202E"#, #""\u001b[31m\u202e""#),
    ])
    func `no phase of another run as it is`(phase: String, told: String) throws {
        let taken = "parameters: {repository: acme/lab, head: codex/x}, idempotencyKey: k"
        let other = run(taken, name: "o", more: ", status: {phase: \"\(phase)\"}")
        let verdict = try judge(run(taken), state: other)
        for reason in [Reason.headBranchConflict, .idempotencyKeyInUse] {
            let message = try #require(verdict.findings.first { $0.reason == reason }?.message)
            #expect(message.contains("\"agents/o\" (\(told))"), "\(message)")
        }
    }

    @Test func `nothing that acts on a terminal`() throws {
        let odd = #"x\u001B]0;y\u0007\u202E\u2066\u200B\u00AD\u2028\u009B"#
        let spec = """
            agentRef: {name: "\(odd)"}, secrets: ["\(odd)"], vcsRef: {name: "\(odd)"}, systemPromptRef: {kind: "\(odd)"}, \
            parameters: {repository: "\(odd)/\(odd)", head: "\(odd)", base: "\(odd)", "\(odd)": 1}, \
            implementationSpecRef: {name: "\(odd)"}, runtime: {type: workflow}, workflow: {steps: [{name: "\(odd)"}]}
            """
        let verdict = try judge(
            run(spec, metadata: ", labels: {\"\(odd)\": \"\(odd)\"}"),
            policy: "  rules: {label-policy: {allow: [a]}, secret-allowlist: {allow: [a]}}",
            state: object("Agent", "other")
        )
        for finding in verdict.findings {
            let line = ExactString(finding.line)
            #expect(line == ExactString(VisibleText.line(finding.line)), "\(VisibleText.line(finding.line))")
        }
        let explanation = verdict.explanation
        let sources = explanation.prompts.map { ExactString($0.source.source) }
        let names = [explanation.repository, explanation.head, explanation.base, explanation.vcsProvider].compactMap(
            \.self
        )
        for text in names + explanation.secrets + sources {
            #expect(text == ExactString(VisibleText.line(text.string)))
        }
    }
}
