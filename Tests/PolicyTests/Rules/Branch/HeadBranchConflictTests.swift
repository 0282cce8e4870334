import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Head branch conflict` {
    /// A run of the cluster.
    private static func other(
        _ name: String,
        _ spec: String,
        status: String = "",
        namespace: String = "agents"
    ) -> String {
        """
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {name: \(name), namespace: \(namespace), \
        creationTimestamp: "2026-11-23T10:00:00Z"}, spec: {\(spec)}, status: {\(status)}}
        """
    }

    private static let taken = "parameters: {repository: Acme/Lab, head: codex/x}"

    @Test(arguments: [
        ("phase: Running", true), ("", true), ("phase: Unknown", true), ("phase: ' SUCCEEDED '", false),
        ("phase: failed", false), ("phase: Cancelled", false), ("phase: canceled", false), ("phase: Template", false),
        ("vcs: {mode: read-only}", false), ("vcs: {mode: none}", false), ("vcs: {headBranch: other}", false),
        ("vcs: {branch: codex/x}", true), ("vcs: {repository: acme/other}", false),
    ])
    func `depends on the other run's status`(status: String, conflicts: Bool) throws {
        let yaml = run("parameters: {repository: https://github.com/acme/lab.git, head: ' codex/x '}")
        let verdict = try judge(yaml, state: Self.other("o", Self.taken, status: status))
        #expect(
            verdict.summary(of: .headBranchConflict)
                == (conflicts ? ["HeadBranchConflict spec.parameters.head Deny"] : [])
        )
    }

    @Test(arguments: [
        ("parameters: {repository: acme/lab, head: codex/X}", []),
        ("parameters: {repository: acme/lab, branch: codex/x}", ["HeadBranchConflict spec.parameters.branch Deny"]),
        ("parameters: {head: codex/x}", []),
        ("parameters: {repository: acme/lab, head: codex/x}, vcsPolicy: {mode: read-only}", []),
        (
            "parameters: {repository: acme/lab}, runtime: {type: workflow}, workflow: {steps: [{name: a, parameters: {headRef: codex/x}}]}",
            ["HeadBranchConflict spec.workflow.steps[0].parameters.headRef Deny"]
        ),
    ])
    func `depends on this run's heads`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec), state: Self.other("o", Self.taken)).summary(of: .headBranchConflict) == expected)
    }

    @Test func `never is with itself, and crosses namespaces unless told not to`() throws {
        #expect(try judge(run(Self.taken), state: Self.other("r", Self.taken)).allowed)
        let elsewhere = Self.other("r", Self.taken, namespace: "team-a")
        #expect(try !judge(run(Self.taken), state: elsewhere).allowed)
        let policy = "  rules: {head-branch-conflict: {scope: Namespace}}"
        #expect(try judge(run(Self.taken), policy: policy, state: elsewhere).allowed)
    }

    @Test func `names the first holder, its age, and counts the rest`() throws {
        let state = [
            Self.other("b", Self.taken, status: "phase: Running"), Self.other("a", Self.taken),
            Self.other("z", Self.taken, namespace: "a-team"),
        ].joined(separator: "\n---\n")
        #expect(
            try judge(run(Self.taken), state: state).lines(of: .headBranchConflict) == [
                """
                [HeadBranchConflict] spec.parameters.head: Duplicate value: branch "codex/x" of "acme/lab" is held by run \
                "a-team/z" (Pending, 2h old) and 2 more (wait for it, choose another head, or delete that run)
                """
            ]
        )
    }

    @Test func `does not run without cluster state`() throws {
        #expect(try judge(run(Self.taken)).summary(of: .headBranchConflict).isEmpty)
    }

    @Test(arguments: [
        ("head: codex/y, branch: codex/x", false), ("headRef: codex/y, branch: codex/x", false),
        ("branch: codex/x", true), ("head: ' ', branch: codex/x", true), ("head: '${head}'", false),
        ("head: 'codex/${head}', branch: codex/x", false), ("branch: '${ head }'", false),
    ])
    func `takes the branch parameter only where there is no head, and placeholders for none`(
        parameters: String,
        conflicts: Bool
    ) throws {
        let state = documents(
            Self.other("o", Self.taken),
            Self.other("p", "parameters: {repository: Acme/Lab, \(parameters)}")
        )
        let verdict = try judge(run("parameters: {repository: acme/lab, \(parameters)}"), state: state)
        let reasons = verdict.reasons(of: .headBranchConflict)
        // Without a placeholder the other run of the same parameters is in the way, too.
        let isPlaceholder = parameters.contains("$")
        #expect(reasons == (conflicts || !isPlaceholder ? ["HeadBranchConflict"] : []))
        let nowhere = try judge(run("parameters: {repository: '${repo}', head: codex/x}"), state: state)
        #expect(nowhere.reasons(of: .headBranchConflict).isEmpty)
    }

    /// What a workflow of another run says, and whether it has codex/x of acme/lab.
    @Test(arguments: [
        ("{name: a, parameters: {head: codex/x}}", "vcs: {headBranch: codex/other}", true, true),
        ("{name: a, parameters: {head: codex/x}}", "phase: Succeeded", false, false),
        ("{name: ' ', parameters: {head: codex/x}}", "", false, true),
        ("{name: a, parameters: {head: codex/y}}", "vcs: {headBranch: codex/x}", true, true),
        ("{name: a, parameters: {head: codex/x, repository: acme/other}}", "", false, false),
        ("{name: a, parameters: {head: codex/x, repository: acme/other}}", "vcs: {repository: acme/lab}", false, false),
    ])
    func `counts what another workflow's steps name beside what its status says`(
        step: String,
        status: String,
        inFebruary: Bool,
        inAugust: Bool
    ) throws {
        let spec =
            "runtime: {type: workflow}, parameters: {repository: acme/lab, head: codex/run}, workflow: {steps: [\(step)]}"
        for (generation, conflicts) in [(Generation.february2026, inFebruary), (.august2026, inAugust)] {
            let state = Self.other("o", spec, status: status)
            let verdict = try judge(run(Self.taken), state: state, generation: generation)
            #expect(verdict.reasons(of: .headBranchConflict) == (conflicts ? ["HeadBranchConflict"] : []))
        }
    }

    @Test(arguments: [
        (Generation.february2026, "", [String]()),
        (.february2026, "branchTemplate: \"codex/{{ agentRun.name }}\"", ["codex/r"]),
        (.august2026, "", ["codex/r"]), (.august2026, "branchTemplate: \"{{ nothing }}/x\"", ["codex/r"]),
    ])
    func `uses the provider's template or the default name`(
        generation: Generation,
        defaults: String,
        heads: [String]
    ) throws {
        let provider = """
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: VersionControlProvider, metadata: {name: git, namespace: agents}, \
            spec: {defaults: {\(defaults)}}}
            """
        let spec = "vcsRef: {name: git}, parameters: {repository: acme/lab}"
        let verdict = try judge(run(spec), state: provider, generation: generation)
        #expect(verdict.explanation.head?.string == heads.first)
    }
}
