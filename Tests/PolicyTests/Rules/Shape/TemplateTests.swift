import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Templates of 2026-08` {
    private static let mark = ", annotations: {agents.proompteng.ai/template: ' true '}"
    private static let spec = "parameters: {repository: a/b, head: codex/x}"

    private static func other(_ status: String, metadata: String = "") -> String {
        run(spec, name: "other", metadata: metadata, more: ", status: {\(status)}")
    }

    private static let policy = Result { try compiledPolicy(nil, generation: .august2026) }

    /// Judges an update of a run that another one, in phase Running, has the branch of.
    private static func update(
        _ new: String = spec,
        metadata: String = "",
        from old: String = spec,
        oldMetadata: String = "",
        status: String,
        state: String = other("phase: Running")
    ) throws -> Verdict {
        try review(
            operation: "UPDATE",
            object: run(new, metadata: metadata, more: ", status: {\(status)}"),
            oldObject: run(old, metadata: oldMetadata, more: ", status: {\(status)}"),
            policy: policy.get(),
            state: FixtureState(state, generation: .august2026)
        )
    }

    /// Phases of another run that carries the annotation, and whether it still has its branch.
    @Test(arguments: [
        ("", false), ("phase: Template", false), ("phase: ' template '", false), ("phase: Succeeded", false),
        ("phase: Running", true), ("phase: Pending", true), ("phase: Unknown", true),
    ])
    func `hold what they hold as long as somebody works on them`(status: String, holds: Bool) throws {
        let state = Self.other(status, metadata: Self.mark)
        let verdict = try judge(run(Self.spec), state: state, generation: .august2026)
        #expect(verdict.summary(of: .headBranchConflict).isEmpty == !holds)
        #expect(try !judge(run(Self.spec), state: Self.other("")).allowed)
    }

    @Test(arguments: ["", "phase: Template", "phase: Succeeded", "phase: Running"])
    func `that become runs are judged as new ones, whatever their status, and nothing is ratcheted`(
        status: String
    ) throws {
        let verdict = try Self.update(oldMetadata: Self.mark, status: status)
        #expect(verdict.summary(of: .headBranchConflict) == ["HeadBranchConflict spec.parameters.head Deny"])
        let free = try Self.update(oldMetadata: Self.mark, status: status, state: "")
        #expect(free.allowed)
        #expect(free.claims?.branches == [BranchKey(repository: "a/b", head: "codex/x")])
        #expect(free.claims?.kept == [])
        #expect(free.claims?.isUpdate == true)
    }

    @Test func `that become runs take their key as new ones do`() throws {
        let keyed = "idempotencyKey: k"
        let free = try Self.update(keyed, from: keyed, oldMetadata: Self.mark, status: "phase: Template", state: "")
        #expect(free.claims?.idempotencyKey?.key == "k")
        #expect(free.claims?.isKeyExclusive == true)
        #expect(free.claims?.isUpdate == true)
        let taken = run(keyed, name: "other", more: ", status: {phase: Running}")
        let verdict = try Self.update(
            keyed,
            from: keyed,
            oldMetadata: Self.mark,
            status: "phase: Template",
            state: taken
        )
        #expect(verdict.reasons(of: .idempotencyKey) == ["IdempotencyKeyInUse"])
    }

    @Test func `that become runs count for the limits`() throws {
        let running = (0..<10).map { run("", name: "r\($0)", more: ", status: {phase: Running}") }
            .joined(separator: "\n---\n")
        let verdict = try Self.update(oldMetadata: Self.mark, status: "phase: Template", state: running)
        #expect(verdict.reasons(of: .limits).contains("ConcurrencyLimit"))
    }

    @Test(arguments: [("phase: Running", ["SpecImmutableViolation spec.vcsRef Deny"]), ("phase: Pending", [])])
    func `do not unlock the spec, coming or going`(status: String, expected: [String]) throws {
        let changed = "\(Self.spec), vcsRef: {name: v}"
        for (new, old) in [(Self.mark, ""), ("", Self.mark)] {
            let verdict = try Self.update(changed, metadata: new, oldMetadata: old, status: status, state: "")
            #expect(verdict.summary(of: .immutableSpec) == expected)
        }
        let both = try Self.update(changed, metadata: Self.mark, oldMetadata: Self.mark, status: status, state: "")
        #expect(both.summary(of: .immutableSpec).isEmpty)
    }

    @Test func `say nothing of branches when they begin, and claim none`() throws {
        let moved = "parameters: {repository: a/b, head: codex/x, branch: codex/y}"
        let verdict = try Self.update(moved, metadata: Self.mark, from: "", status: "phase: Running")
        #expect(verdict.summary(of: .headBranchConflict).isEmpty)
        #expect(verdict.claims == nil)
    }

    @Test func `a run that still has phase Template is a run`() throws {
        let verdict = try Self.update(from: "", status: "phase: Template")
        #expect(verdict.summary(of: .headBranchConflict) == ["HeadBranchConflict spec.parameters.head Deny"])
        #expect(try Self.update(from: "", status: "phase: Template", state: "").claims?.branches.count == 1)
    }
}
