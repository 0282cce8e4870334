import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Numbers of a policy` {
    /// Every key that is one, as a policy gives it, with its bounds.
    private static let keys: [(spec: String, range: ClosedRange<Int>)] = [
        ("  stateMaxAgeSeconds: N", 1...86_400),
        ("  rules: {workflow-steps: {maxLoopIterations: N}}", 1...1_000_000),
        ("  rules: {limits: {concurrency: {agent: N}}}", 0...10_000_000),
        ("  rules: {limits: {concurrency: {repository: N}}}", 0...10_000_000),
        ("  rules: {limits: {concurrency: {namespace: N}}}", 0...10_000_000),
        ("  rules: {limits: {concurrency: {cluster: N}}}", 0...10_000_000),
        ("  rules: {limits: {concurrency: {repositories: {o/r: N}}}}", 0...10_000_000),
        ("  rules: {limits: {queue: {repository: N}}}", 0...10_000_000),
        ("  rules: {limits: {queue: {namespace: N}}}", 0...10_000_000),
        ("  rules: {limits: {queue: {cluster: N}}}", 0...10_000_000),
    ]

    @Test(arguments: keys.indices) func `have bounds`(index: Int) throws {
        let (spec, range) = Self.keys[index]
        func load(_ number: String) throws { _ = try compiledPolicy(spec.replacing("N", with: number)) }
        for number in [range.lowerBound, range.lowerBound + 1, range.upperBound] { try load("\(number)") }
        let others = [
            "\(range.lowerBound - 1)", "\(range.upperBound + 1)", "10000000000000000", "9223372036854775807",
            "-9223372036854775808", "18446744073709551615", "1e400", "-1e400", "1.5", "'1'", "true",
        ]
        for number in others { #expect(throws: PolicyFileError.self, "\(number)") { try load(number) } }
    }

    @Test(arguments: ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:60-23:59"])
    func `let no time of an exemption trap`(expires: String) throws {
        let policy = """
              exemptions: [{name: e, reason: x, rules: [label-length], match: {names: ["*"]}, expires: "\(expires)"}]
            """
        let name = String(repeating: "a", count: 64)
        #expect(try judge(run("", name: name), policy: policy).allowed == expires.hasPrefix("9"))
    }

    @Test(arguments: ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:60-23:59", "99999-01-01T00:00:00Z"])
    func `let no age of another run trap`(created: String) throws {
        let holder = run(
            "parameters: {repository: o/r, head: codex/x}",
            name: "other",
            metadata: ", creationTimestamp: \"\(created)\""
        )
        let verdict = try judge(run("parameters: {repository: o/r, head: codex/x}"), state: holder)
        #expect(verdict.summary(of: .headBranchConflict).count == 1)
    }
}
