import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Repository allowlist` {
    private static let lists = """
          rules:
            repository-allowlist: {allow: ["Acme/lab", "acme/agents-*"], deny: ["acme/agents-private*"]}
        """

    @Test(arguments: [
        ("acme/lab", []), ("ACME/Lab", []), (" acme/lab/ ", []), ("https://github.com/acme/lab.git", []),
        ("git@github.com:acme/lab.GIT", []), ("github.com/acme/lab", []), ("acme/agents-x", []),
        ("acme/other", ["RepositoryNotAllowed"]), ("acme/labs", ["RepositoryNotAllowed"]),
        ("https://evil.example/acme/lab", ["RepositoryNotAllowed"]), ("acme/agents-private1", ["RepositoryDenied"]),
        ("https://github.com/ACME/agents-private", ["RepositoryDenied"]),
        ("lab", ["InvalidRepository", "RepositoryNotAllowed"]),
        ("acme/lab/x", ["InvalidRepository", "RepositoryNotAllowed"]),
        ("acme/..", ["InvalidRepository", "RepositoryNotAllowed"]),
        ("acme/l b", ["InvalidRepository", "RepositoryNotAllowed"]),
        ("ácme/lab", ["InvalidRepository", "RepositoryNotAllowed"]),
    ])
    func `judges a name`(repository: String, reasons: [String]) throws {
        let verdict = try judge(run("parameters: {repository: \"\(repository)\"}"), policy: Self.lists)
        #expect(verdict.reasons(of: .repositoryAllowlist) == reasons)
        #expect(verdict.allowed == reasons.isEmpty)
    }

    @Test(arguments: [
        ("parameters: {repo: x/y}", "spec.parameters.repo"),
        ("parameters: {issueRepository: x/y}", "spec.parameters.issueRepository"),
        (
            "implementation: {inline: {text: t, source: {provider: github, externalId: \"x/y#7\"}}}",
            "spec.implementation.inline.source.externalId"
        ),
        (
            "implementation: {inline: {text: t, contract: {mappings: [{from: where, to: repository}]}}}, parameters: {where: x/y}",
            "spec.parameters.where"
        ),
        (
            "parameters: {repository: acme/lab}, runtime: {type: workflow}, workflow: {steps: [{name: a, parameters: {repository: x/y}}]}",
            "spec.workflow.steps[0].parameters.repository"
        ),
    ])
    func `names the field it was written in`(spec: String, field: String) throws {
        #expect(
            try judge(run(spec), policy: Self.lists).summary(of: .repositoryAllowlist) == [
                "RepositoryNotAllowed \(field) Deny"
            ]
        )
    }

    @Test func `an empty list is not configured`() throws {
        #expect(try judge(run("parameters: {repository: any/thing}")).summary(of: .repositoryAllowlist).isEmpty)
        #expect(
            try judge(run("parameters: {repository: thing}")).summary(of: .repositoryAllowlist) == [
                "InvalidRepository spec.parameters.repository Deny"
            ]
        )
    }

    private static func provider(_ policy: String) -> String {
        """
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: VersionControlProvider, metadata: {name: git, namespace: agents}, \
        spec: {provider: github, repositoryPolicy: {\(policy)}}}
        """
    }

    @Test(arguments: [
        ("allow: [acme/*]", "acme/lab", "read-write", []),
        ("allow: [acme/*]", "Acme/lab", "read-write", ["VcsPolicyDenied"]),
        ("allow: [acme/*]", "other/lab", "none", []), ("deny: [acme/*]", "ACME/lab", "read-only", ["VcsPolicyDenied"]),
        ("allow: [acme/lab], deny: [\"*\"]", "acme/lab", "read-write", ["VcsPolicyDenied"]),
    ])
    func `follows the provider's own policy`(policy: String, repository: String, mode: String, reasons: [String]) throws
    {
        let spec = "vcsRef: {name: git}, vcsPolicy: {mode: \(mode)}, parameters: {repository: \(repository)}"
        let verdict = try judge(run(spec), state: Self.provider(policy))
        #expect(verdict.reasons(of: .repositoryAllowlist) == reasons)
        #expect(verdict.explanation.predicted == (reasons.isEmpty ? nil : "InvalidSpec/VcsPolicyDenied"))
    }

    @Test(arguments: [
        (
            "vcsPolicy: {required: true}, implementation: {inline: {text: t}}",
            ["MissingRepository spec.parameters.repository Deny"]
        ),
        ("vcsPolicy: {required: true, mode: none}, implementation: {inline: {text: t}}", []),
        ("vcsPolicy: {required: \"true\"}, implementation: {inline: {text: t}}", []),
        ("vcsPolicy: {required: true}, implementationSpecRef: {name: unknown}", []),
        ("vcsPolicy: {required: true}, implementation: {inline: {text: t}}, parameters: {repo: a/b}", []),
    ])
    func `wants one where version control is required`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec)).summary(of: .repositoryAllowlist) == expected)
    }
}
