import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Idempotency key` {
    private static func other(
        _ name: String = "o",
        _ spec: String = "agentRef: {name: a}, idempotencyKey: k",
        status: String = "",
        metadata: String = "",
        namespace: String = "agents"
    ) -> String {
        """
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {name: \(name), namespace: \(namespace)\(metadata)}, \
        spec: {\(spec)}, status: {\(status)}}
        """
    }

    private static let mine = "agentRef: {name: a}, idempotencyKey: ' k '"
    private static let inUse = ["IdempotencyKeyInUse spec.idempotencyKey Deny"]
    private static let completed = ["IdempotencyKeyCompleted spec.idempotencyKey Deny"]

    @Test(arguments: [
        (other(), inUse), (other(status: "phase: Running"), inUse), (other(status: "phase: Whatever"), inUse),
        (other(status: "phase: Succeeded"), completed), (other(status: "phase: ' failed '"), completed),
        (documents(other("p", status: "phase: Failed"), other("q", status: "phase: Running")), inUse),
        (other("o", "agentRef: {name: b}, idempotencyKey: k"), []),
        (other("o", "agentRef: {name: a}, idempotencyKey: K"), []),
        (other("o", "agentRef: {name: a}, idempotencyKey: 1"), []), (other("o", "idempotencyKey: k"), []),
        (other(namespace: "elsewhere"), []), (other("r"), []),
        (other(status: "conditions: [{type: Duplicate, status: 'True'}]"), []),
        (other(status: "conditions: [{type: Duplicate, status: 'False'}]"), inUse),
    ])
    func `is held by another run as controller-semantics section 16`(state: String, expected: [String]) throws {
        for generation in Generation.allCases {
            let verdict = try judge(run(Self.mine), state: state, generation: generation)
            #expect(verdict.summary(of: .idempotencyKey) == expected)
        }
    }

    @Test(arguments: [
        "agentRef: {name: a}", "agentRef: {name: a}, idempotencyKey: ' '", "agentRef: {}, idempotencyKey: k",
    ])
    func `is nothing to hold without a key or an Agent`(spec: String) throws {
        #expect(try judge(run(spec), state: Self.other()).summary(of: .idempotencyKey).isEmpty)
    }

    @Test func `needs state`() throws {
        #expect(try judge(run(Self.mine)).summary(of: .idempotencyKey).isEmpty)
    }

    @Test func `templates neither hold nor claim one in August, as controller-semantics section 18`() throws {
        let template = ", annotations: {agents.proompteng.ai/template: 'true'}"
        let holder = Self.other(metadata: template)
        #expect(try judge(run(Self.mine), state: holder).summary(of: .idempotencyKey) == Self.inUse)
        #expect(try judge(run(Self.mine), state: holder, generation: .august2026).summary(of: .idempotencyKey).isEmpty)
        let mine = run(Self.mine, metadata: template)
        #expect(try judge(mine, state: Self.other(), generation: .august2026).summary(of: .idempotencyKey).isEmpty)
    }

    @Test func `names the holder and predicts`() throws {
        let state = documents(
            Self.other("a", status: "phase: Failed"),
            Self.other("c"),
            Self.other("b", status: "phase: Running")
        )
        let verdict = try judge(run(Self.mine), state: state)
        #expect(
            verdict.lines(of: .idempotencyKey) == [
                """
                [IdempotencyKeyInUse] spec.idempotencyKey: Duplicate value: "k" of Agent "a" is in use by run "agents/b" \
                (Running) and 2 more (use another key, or none)
                """
            ]
        )
        #expect(verdict.explanation.predicted == "Duplicate/IdempotencyKeyInUse")
        let over = try judge(run(Self.mine), state: Self.other(status: "phase: Succeeded"))
        #expect(
            over.lines(of: .idempotencyKey) == [
                """
                [IdempotencyKeyCompleted] spec.idempotencyKey: Duplicate value: "k" of Agent "a" was used by run "agents/o" \
                (Succeeded) (use another key, or none)
                """
            ]
        )
        #expect(over.explanation.predicted == "Duplicate/IdempotencyKeyCompleted")
    }

    @Test func `is taken by an admitted create`() throws {
        let verdict = try review(object: run(Self.mine), state: try FixtureState(""))
        #expect(verdict.claims?.idempotencyKey == IdempotencyKey(namespace: "agents", agent: "a", key: "k"))
        #expect(verdict.claims?.branches.isEmpty == true && verdict.claims?.isKeyExclusive == true)
        let off = try compiledPolicy("  rules: {idempotency-key: {action: Off}}")
        let taken = try FixtureState(Self.other())
        #expect(try review(object: run(Self.mine), policy: off, state: taken).claims?.isKeyExclusive == false)
        let warning = try compiledPolicy("  rules: {idempotency-key: {action: Warn}}")
        #expect(try review(object: run(Self.mine), policy: warning, state: taken).claims?.isKeyExclusive == false)
        #expect(try review(object: run(Self.mine), state: taken).claims == nil)
    }

    @Test func `an update notes a key that was taken before`() throws {
        let state = try FixtureState(Self.other())
        let old = run("agentRef: {name: a}, idempotencyKey: k")
        let new = run("agentRef: {name: a}, idempotencyKey: k, ttlSecondsAfterFinished: 1")
        let same = try review(operation: "UPDATE", object: new, oldObject: old, state: state)
        #expect(same.summary(of: .idempotencyKey) == ["IdempotencyKeyInUse spec.idempotencyKey Audit"])
        let first = try review(operation: "UPDATE", object: new, oldObject: run("agentRef: {name: a}"), state: state)
        #expect(first.summary(of: .idempotencyKey) == Self.inUse)
    }
}
