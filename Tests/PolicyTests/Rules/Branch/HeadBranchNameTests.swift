import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Head branch name` {
    private func judged(
        _ head: String,
        base: String = "main",
        mode: String = "read-write",
        options: String = ""
    ) throws -> Verdict {
        let policy = options.isEmpty ? nil : "  rules: {head-branch-name: {\(options)}}"
        let spec = "parameters: {repository: o/r, head: '\(head)', base: '\(base)'}, vcsPolicy: {mode: \(mode)}"
        return try judge(run(spec), policy: policy)
    }

    @Test(arguments: [
        "codex/a", "codex/a.b", "codex/a@b", "codex/a-", "codex/é", "codex/lock", "codex/a.lockx", "codex/a{",
        "codex/@",
    ])
    func `git takes`(head: String) throws {
        #expect(try judged(head).summary(of: .headBranchName).isEmpty)
    }

    @Test(arguments: [
        "codex/a..b", "codex/a@{b", "codex/a b", "codex/a~", "codex/a^", "codex/a:b", "codex/a?", "codex/a*",
        "codex/a[",
        "codex/a\\b", "codex/", "codex//a", "codex/a.lock", "codex/a.lock/b", "codex/.a", "codex/a.",
    ])
    func `git takes not`(head: String) throws {
        #expect(
            try judged(head).summary(of: .headBranchName) == ["InvalidHeadBranch spec.parameters.head Deny"],
            "\(head)"
        )
    }

    @Test(arguments: ["-a", "/a", "@", "HEAD"])
    func `git takes not, nor has it the prefix`(head: String) throws {
        #expect(
            try judged(head).summary(of: .headBranchName) == [
                "HeadBranchPrefix spec.parameters.head Warn", "InvalidHeadBranch spec.parameters.head Deny",
            ]
        )
    }

    @Test(arguments: [
        ("feature/a", "", ["HeadBranchPrefix spec.parameters.head Warn"]),
        ("Codex/a", "", ["HeadBranchPrefix spec.parameters.head Warn"]),
        ("feature/a", "prefixes: [codex/, feature/]", []), ("feature/a", "prefixes: []", []), ("codex/a", "", []),
    ])
    func `starts with a prefix`(head: String, options: String, expected: [String]) throws {
        #expect(try judged(head, options: options).summary(of: .headBranchName) == expected)
        #expect(try judged(head, mode: "read-only", options: options).summary(of: .headBranchName).isEmpty)
    }

    @Test func `is not the base, section 20`() throws {
        let verdict = try judged("codex/a", base: "codex/a")
        #expect(
            verdict.lines(of: .headBranchName) == [
                """
                [HeadEqualsBase] spec.parameters.head: Invalid value: "codex/a": is the base branch, which the agent would push \
                to (use a head branch of its own)
                """
            ]
        )
        #expect(try judged("codex/a", base: "codex/A").summary(of: .headBranchName).isEmpty)
        #expect(try judged("codex/a", base: "codex/a", mode: "none").summary(of: .headBranchName).isEmpty)
    }

    @Test func `is not the provider's default base, and a template's is judged too, section 8.3`() throws {
        let provider = "defaults: {baseBranch: codex/r, branchTemplate: 'codex/{{ agentRun.name }}'}"
        let state = documents(
            object("VersionControlProvider", "v", provider),
            object("Agent", "a", "providerRef: {name: p}")
        )
        let verdict = try judge(run("vcsRef: {name: v}, parameters: {repository: o/r}"), state: state)
        #expect(verdict.summary(of: .headBranchName) == ["HeadEqualsBase spec.parameters.head Deny"])
    }

    @Test func `of a step and of parameters.branch count as well`() throws {
        let spec = """
            parameters: {repository: o/r, branch: b}, runtime: {type: workflow}, \
            workflow: {steps: [{name: s, parameters: {headRef: c}}]}
            """
        #expect(
            try judge(run(spec)).summary(of: .headBranchName) == [
                "HeadBranchPrefix spec.parameters.branch Warn",
                "HeadBranchPrefix spec.workflow.steps[0].parameters.headRef Warn",
            ]
        )
    }

    @Test func `is as long as Git hosts take, in bytes`() throws {
        let longest = "codex/" + String(repeating: "a", count: 238)
        #expect(try judged(longest).findings.isEmpty)
        #expect(try judged("codex/" + String(repeating: "é", count: 119)).findings.isEmpty)
        #expect(
            try judged(longest + "b").lines(of: .headBranchName) == [
                """
                [InvalidHeadBranch] spec.parameters.head: Too long: 245 bytes, and Git hosts take at most 244 (shorten it)
                """
            ]
        )
    }

    @Test func `is reported wherever it is written`() throws {
        let spec = """
            parameters: {repository: o/r, branch: codex/a..b}, runtime: {type: workflow}, \
            workflow: {steps: [{name: s, parameters: {head: codex/a..b}}]}
            """
        #expect(
            try judge(run(spec)).summary(of: .headBranchName) == [
                "InvalidHeadBranch spec.parameters.branch Deny",
                "InvalidHeadBranch spec.workflow.steps[0].parameters.head Deny",
            ]
        )
    }

    @Test func `says which prefix`() throws {
        #expect(
            try judged("x").lines(of: .headBranchName) == [
                """
                [HeadBranchPrefix] spec.parameters.head: Invalid value: "x": must start with "codex/" (rename the branch, or \
                change prefixes of rule head-branch-name in policy "default")
                """
            ]
        )
    }
}
