import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `State and warnings` {
    @Test(arguments: [
        (StateCondition.available(ageMilliseconds: 30_000), [String]()),
        (.available(ageMilliseconds: 30_001), ["StateStale  Warn"]),
        (.unavailable("not read yet"), ["StateUnavailable  Warn"]),
        (.incomplete("memories is forbidden", ageMilliseconds: 5), ["StateUnavailable  Warn"]),
    ])
    func `an old or missing state is said once`(condition: StateCondition, expected: [String]) throws {
        let state = try FixtureState("")
        state.stateCondition = condition
        #expect(
            try review(object: run("parameters: {repository: a/b, head: codex/h}"), state: state).summary == expected
        )
    }

    @Test(arguments: [("Deny", ["StateStale  Deny"]), ("Audit", ["StateStale  Audit"]), ("'Off'", [])])
    func `an old state is what onStale says`(action: String, expected: [String]) throws {
        let state = try FixtureState("")
        state.stateCondition = .available(ageMilliseconds: 30_001)
        let policy = try compiledPolicy("  {onStale: \(action)}")
        let object = run("parameters: {repository: a/b, head: codex/h}")
        #expect(try review(object: object, policy: policy, state: state).summary == expected)
    }

    /// The largest the policy file takes, and the oldest there can be.
    @Test(arguments: [(86_400_000, false), (86_400_001, true), (Int.max, true)])
    func `no age is too large to compare`(age: Int, isStale: Bool) throws {
        let state = try FixtureState("")
        state.stateCondition = .available(ageMilliseconds: age)
        let file = policyFile("  stateMaxAgeSeconds: 86400")
        let verdict = try review(
            object: run("parameters: {repository: a/b, head: codex/h}"),
            policy: try AdmissionPolicy.load(Array(file.utf8), file: "p.yaml"),
            state: state
        )
        #expect(verdict.summary == (isStale ? ["StateStale  Warn"] : []))
    }

    @Test(arguments: [
        ("", ["BranchUnclaimed  Deny"]), ("onUnclaimed: Warn", ["BranchUnclaimed  Warn"]),
        ("onUnclaimed: Audit", ["BranchUnclaimed  Audit"]), ("onUnclaimed: 'Off'", []),
        ("onStale: Deny, onUnclaimed: Warn", ["BranchUnclaimed  Warn"]),
    ])
    func `an unclaimed branch is what onUnclaimed says, whatever onStale does`(spec: String, expected: [String]) throws
    {
        let engine = PolicyEngine(policy: try compiledPolicy("  {\(spec)}"))
        let verdict = engine.unclaimed(try judge(run("parameters: {repository: a/b, head: codex/h}")), .failed("busy"))
        #expect(verdict.findings.map { "\($0.reason.rawValue) \($0.field) \($0.action.rawValue)" } == expected)
        #expect(verdict.findings.allSatisfy { $0.rule == .clusterState && $0.message.contains("busy") })
        #expect(verdict.allowed == !expected.contains("BranchUnclaimed  Deny"))
    }

    @Test func `an old state and an unclaimed branch are two findings`() throws {
        let state = try FixtureState("")
        state.stateCondition = .available(ageMilliseconds: 30_001)
        let verdict = try review(object: run("parameters: {repository: a/b, head: codex/h}"), state: state)
        let engine = PolicyEngine(policy: try compiledPolicy(nil))
        #expect(engine.unclaimed(verdict, .failed("busy")).summary == ["StateStale  Warn", "BranchUnclaimed  Deny"])
    }

    @Test func `warnings stay within their budget and say how many are left out`() throws {
        let steps = (0..<20).map { "{name: s\($0), parameters: {prompt: x}}" }.joined(separator: ", ")
        let yaml = run("runtime: {type: workflow}, implementationSpecRef: {name: s}, workflow: {steps: [\(steps)]}")
        let warnings = try judge(yaml).warnings
        #expect(warnings.count == 8)
        #expect(warnings.last == #"13 more findings; see the audit log or run "agentrun-admission check""#)
        #expect(warnings.allSatisfy { $0.unicodeScalars.count <= 256 })
        #expect(warnings.reduce(0) { $0 + $1.unicodeScalars.count } <= 2048)
    }

    @Test func `texts are one line whatever an object calls things`() throws {
        let verdict = try judge(run(#"parameters: {repository: "a\nb\u0000\u001b[31m\u2028"}"#))
        let scalars = verdict.findings.flatMap { $0.line.unicodeScalars }
        #expect(scalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x2028 })
    }

    @Test(arguments: ["repository", "head"])
    func `audit annotations are one line, too`(parameter: String) throws {
        let verdict = try judge(run(#"parameters: {repository: o/r, \#(parameter): "a\u0000\u001b[31m\u2028\u202e"}"#))
        let values = verdict.response.auditAnnotations.map(\.value)
        #expect(values.contains { $0.contains(#"\u0000\u001b[31m\u2028\u202e"#) })
        #expect(values.allSatisfy { $0.unicodeScalars.allSatisfy(VisibleText.isVisible) })
    }
}
