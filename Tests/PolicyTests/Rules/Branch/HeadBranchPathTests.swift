import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Branches git keeps not beside each other` {
    private static func other(_ head: String, name: String = "o", status: String = "phase: Running") -> String {
        run("parameters: {repository: Acme/Lab, head: \(head)}", name: name, more: ", status: {\(status)}")
    }

    /// This run's head, another's, and whether one is a path above the other.
    @Test(arguments: [
        ("codex/cart/tests", "codex/cart", true), ("codex/cart", "codex/cart/tests", true),
        ("codex", "codex/cart/x", true),
        ("codex/cart-tests", "codex/cart", false), ("codex/cart", "codex/cart2/x", false),
        ("codex/Cart", "codex/cart/x", false),
        ("codex/a", "codex/b", false), ("a", "a/b/c/d/e", true), ("a/b/c/d/e", "a/b", true),
    ])
    func `are told from others by whole segments`(head: String, held: String, conflicts: Bool) throws {
        let mine = run("parameters: {repository: acme/lab, head: \(head)}")
        let verdict = try judge(mine, state: Self.other(held))
        let expected = conflicts ? ["HeadBranchPathConflict spec.parameters.head Deny"] : []
        #expect(verdict.summary(of: .headBranchConflict) == expected)
        for status in ["phase: Succeeded", "vcs: {mode: none}", "vcs: {repository: acme/other}"] {
            #expect(try judge(mine, state: Self.other(held, status: status)).reasons(of: .headBranchConflict).isEmpty)
        }
        let reader = run("parameters: {repository: acme/lab, head: \(head)}, vcsPolicy: {mode: read-only}")
        #expect(try judge(reader, state: Self.other(held)).reasons(of: .headBranchConflict).isEmpty)
    }

    @Test func `name the first holder and count the rest`() throws {
        let state = documents(Self.other("codex/cart/b", name: "b"), Self.other("codex/cart/a", name: "a"))
        let verdict = try judge(run("parameters: {repository: acme/lab, head: codex/cart}"), state: state)
        #expect(
            verdict.lines(of: .headBranchConflict) == [
                """
                [HeadBranchPathConflict] spec.parameters.head: Forbidden: git keeps no branch "codex/cart" of "acme/lab" beside \
                "codex/cart/a", held by run "agents/a" (Running) and 1 more (choose a head that is no path above or below it)
                """
            ]
        )
    }

    @Test(arguments: [
        ("head: main/x, base: main", true), ("head: release, base: release/1.0", true),
        ("head: main, base: main", false),
        ("head: mainly, base: main", false), ("head: main/x, base: '${base}'", false),
        ("head: '${base}/x', base: '${base}'", false),
        ("head: main/x", false),
    ])
    func `are a head and its base, too, whatever is known of the cluster`(parameters: String, conflicts: Bool) throws {
        let verdict = try judge(run("parameters: {repository: acme/lab, \(parameters)}"))
        #expect(verdict.reasons(of: .headBranchConflict) == (conflicts ? ["HeadBranchPathConflict"] : []))
    }

    @Test func `are judged with the base of the unit`() throws {
        let steps = "[{name: a}, {name: b, parameters: {base: codex}}]"
        let spec = "runtime: {type: workflow}, parameters: {repository: acme/lab, head: codex/x, base: main}"
        let verdict = try judge(run("\(spec), workflow: {steps: \(steps)}"))
        #expect(verdict.summary(of: .headBranchConflict) == ["HeadBranchPathConflict spec.parameters.head Deny"])
    }
}

@Suite struct `Too many branches` {
    private static func workflow(_ count: Int, head: (Int) -> String = { "codex/\($0)" }, more: String = "") -> String {
        let steps = (0..<count).map { "{name: s\($0), parameters: {head: \(head($0))}}" }.joined(separator: ", ")
        return run(
            "runtime: {type: workflow}, parameters: {repository: acme/lab, base: main\(more)}, workflow: {steps: [\(steps)]}"
        )
    }

    @Test func `are more than 32, whatever is known of the cluster`() throws {
        #expect(try judge(Self.workflow(32)).summary(of: .headBranchConflict).isEmpty)
        let verdict = try judge(Self.workflow(33))
        #expect(
            verdict.lines(of: .headBranchConflict) == [
                """
                [TooManyBranches] spec.workflow.steps: Too many: 33 head branches, and one run takes at most 32 (split it into \
                several runs)
                """
            ]
        )
        #expect(!verdict.allowed)
        #expect(
            try judge(Self.workflow(32, more: ", head: codex/run")).reasons(of: .headBranchConflict) == [
                "TooManyBranches"
            ]
        )
    }

    @Test func `are no steps that share one, and none of a run that writes nothing`() throws {
        #expect(try judge(Self.workflow(100) { _ in "codex/x" }).summary(of: .headBranchConflict).isEmpty)
        #expect(try judge(Self.workflow(100) { "'${head}/\($0)'" }).summary(of: .headBranchConflict).isEmpty)
    }

    @Test func `are claimed all the same if the policy lets them pass`() throws {
        let policy = try compiledPolicy("  rules: {head-branch-conflict: {reasons: {TooManyBranches: Warn}}}")
        let verdict = try review(object: Self.workflow(40), policy: policy, state: FixtureState(""))
        #expect(verdict.summary(of: .headBranchConflict) == ["TooManyBranches spec.workflow.steps Warn"])
        #expect(verdict.claims?.branches.count == 40)
        #expect(verdict.claims?.shared == [])
        #expect(verdict.claims?.scope == .cluster)
    }
}

@Suite struct `Shared branches` {
    private static let held = run("parameters: {repository: acme/lab, head: codex/x}", name: "o")
    private static let spec = """
        runtime: {type: workflow}, parameters: {repository: acme/lab, head: codex/x}, \
        workflow: {steps: [{name: a}, {name: b, parameters: {head: codex/y}}]}
        """

    private static func claims(_ policy: String) throws -> BranchClaims? {
        try review(object: run(spec), policy: compiledPolicy(policy), state: FixtureState(held)).claims
    }

    @Test(arguments: [
        "  rules: {head-branch-conflict: {action: Warn}}", "  rules: {head-branch-conflict: {action: Audit}}",
        "  exemptions: [{name: e, reason: r, rules: [head-branch-conflict], match: {names: [r]}}]",
    ])
    func `are those of findings the policy lets pass, and no others`(policy: String) throws {
        let claims = try Self.claims(policy)
        #expect(claims?.branches.map(\.head) == ["codex/x", "codex/y"])
        #expect(claims?.shared.map(\.head) == ["codex/x"])
        #expect(claims?.scope == .cluster)
    }

    @Test func `are all where the rule is off`() throws {
        #expect(try Self.claims("  rules: {head-branch-conflict: {action: Off}}")?.scope == .shared)
    }

    @Test func `are those an update had before`() throws {
        let old = run(
            "runtime: {type: workflow}, parameters: {repository: acme/lab, head: codex/x}, workflow: {steps: [{name: a}]}"
        )
        let verdict = try review(
            operation: "UPDATE",
            object: run(Self.spec),
            oldObject: old,
            state: FixtureState(Self.held)
        )
        #expect(verdict.summary(of: .headBranchConflict) == ["HeadBranchConflict spec.parameters.head Audit"])
        #expect(verdict.claims?.shared.map(\.head) == ["codex/x"])
        #expect(verdict.claims?.kept.map(\.head) == ["codex/x"])
    }
}
