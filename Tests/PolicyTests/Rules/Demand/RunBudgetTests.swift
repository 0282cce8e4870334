import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Run budget` {
    private func found(
        _ spec: String,
        _ options: String,
        _ generation: Generation = .august2026
    ) throws -> [String] {
        let policy = "  rules: {run-budget: {\(options)}, workflow-steps: {action: Audit}}"
        return try judge(run(spec), policy: policy, generation: generation).summary(of: .runBudget)
    }

    private func workflow(_ steps: String, config: String = "") -> String {
        "runtime: {type: workflow, config: {\(config)}}, workflow: {steps: [\(steps)]}"
    }

    @Test func `says nothing unless a limit is named`() throws {
        let steps = "{name: a, retries: 1000000, loop: {maxIterations: 1000000}}"
        #expect(try judge(run(workflow(steps))).summary(of: .runBudget) == [])
    }

    @Test(arguments: [
        ("{name: a}", "", 1), ("{name: a, retries: 4}", "", 5), ("{name: a, retries: 4}, {name: b}", "", 6),
        ("{name: a, retries: 1}", "backoffLimit: 2", 6), ("{name: a, loop: {maxIterations: 3}, retries: 1}", "", 6),
        ("{name: a, loop: {maxIterations: 0}}", "", 1), ("{name: a, loop: {}}", "", 1),
        ("{name: a, retries: '2.9'}", "", 3),
        ("{name: a, retries: -5}", "", 1), ("{name: a, retries: [9]}", "", 1), ("{name: a, retries: null}", "", 1),
        ("{name: a}", "backoffLimit: -1", 1), ("{name: a}", "backoffLimit: '3'", 4),
    ]) func `counts attempts`(steps: String, config: String, attempts: Int) throws {
        let spec = workflow(steps, config: config)
        #expect(try found(spec, "maxAttempts: \(attempts)") == [])
        if attempts > 1 {
            #expect(try found(spec, "maxAttempts: \(attempts - 1)") == ["TooManyAttempts spec.workflow.steps Warn"])
        }
    }

    @Test func `counts those of a job by its config`() throws {
        let job = "runtime: {type: job, config: {backoffLimit: 2}}, workflow: {steps: [{name: a, retries: 9}]}"
        #expect(try found(job, "maxAttempts: 3") == [])
        #expect(try found(job, "maxAttempts: 2") == ["TooManyAttempts spec.runtime.config.backoffLimit Warn"])
    }

    @Test(arguments: [
        ("{name: a, timeoutSeconds: 10}", 10), ("{name: a, timeoutSeconds: 10, retries: 2}", 30),
        ("{name: a, timeoutSeconds: 10, retries: 2, retryBackoffSeconds: 5}", 40),
        ("{name: a, retries: 2, retryBackoffSeconds: 5}", 10),
        ("{name: a, timeoutSeconds: 10, retries: 1, retryBackoffSeconds: 5, loop: {maxIterations: 4}}", 100),
        ("{name: a, timeoutSeconds: 10}, {name: b, timeoutSeconds: '7.9'}", 17),
        ("{name: a, timeoutSeconds: 10, retryBackoffSeconds: 99}", 10),
    ]) func `counts seconds`(steps: String, seconds: Int) throws {
        #expect(try found(workflow(steps), "maxSeconds: \(seconds)") == [])
        #expect(try found(workflow(steps), "maxSeconds: \(seconds - 1)") == ["TooLong spec.workflow.steps Warn"])
    }

    @Test func `has no loops and no unnamed steps with 2026-02`() throws {
        let steps = "{name: a, timeoutSeconds: 10, loop: {maxIterations: 4}}, {timeoutSeconds: 50}"
        #expect(try found(workflow(steps), "maxSeconds: 10", .february2026) == [])
        #expect(try found(workflow(steps), "requireTimeout: true, maxAttempts: 1", .february2026) == [])
        #expect(try found(workflow(steps), "maxSeconds: 89") == ["TooLong spec.workflow.steps Warn"])
    }

    @Test func `saturates`() throws {
        let step = "retries: 1e308, timeoutSeconds: 1e308, retryBackoffSeconds: 1e308, loop: {maxIterations: 1e308}"
        let spec = workflow("{name: a, \(step)}, {name: b, \(step)}", config: "backoffLimit: 1e308")
        let policy = "  rules: {run-budget: {maxAttempts: 9007199254740991, maxSeconds: 9007199254740991}}"
        #expect(
            try judge(run(spec), policy: policy, generation: .august2026).lines(of: .runBudget) == [
                """
                [TooManyAttempts] spec.workflow.steps: Too many: 9007199254740992 or more agents may be started, and at \
                most 9007199254740991 are allowed (lower retries, loop turns or backoffLimit)
                """,
                """
                [TooLong] spec.workflow.steps: Too long: 9007199254740992 or more seconds may pass, and at most \
                9007199254740991 are allowed (lower timeoutSeconds, retries, retryBackoffSeconds or loop turns)
                """,
            ]
        )
    }

    @Test(arguments: [
        ("{name: a, timeoutSeconds: 1}", []), ("{name: a}", [0]),
        ("{name: a, timeoutSeconds: 0}, {name: b, timeoutSeconds: -1}", [0, 1]),
        ("{name: a, timeoutSeconds: 5}, {name: b, timeoutSeconds: 0.9}", [1]), ("{name: a, timeoutSeconds: soon}", [0]),
    ]) func `wants a time-out`(steps: String, places: [Int]) throws {
        let expected = places.map { "UnboundedStep spec.workflow.steps[\($0)].timeoutSeconds Warn" }
        #expect(try found(workflow(steps), "requireTimeout: true") == expected)
        #expect(try found("", "requireTimeout: true") == ["UnboundedStep spec.runtime.type Warn"])
        #expect(try found(workflow(steps), "requireTimeout: false") == [])
    }

    @Test(
        arguments: [
            ("", "MissingTokenBudget"), ("goal: {objective: o}", "MissingTokenBudget"),
            ("goal: {tokenBudget: 5}", "MissingTokenBudget"),
            ("goal: {objective: ' ', tokenBudget: 5}", "MissingTokenBudget"),
            ("goal: {objective: o, tokenBudget: 0}", "MissingTokenBudget"),
            ("goal: {objective: o, tokenBudget: -7}", "MissingTokenBudget"),
            ("goal: {objective: o, tokenBudget: lots}", "MissingTokenBudget"),
            ("goal: {objective: o, tokenBudget: [5]}", "MissingTokenBudget"), ("goal: [1]", "MissingTokenBudget"),
            ("goal: {objective: o, tokenBudget: 100}", nil), ("goal: {objective: o, tokenBudget: 100.9}", nil),
            ("goal: {objective: o, tokenBudget: ' 100 '}", nil),
            ("goal: {objective: o, tokenBudget: 101}", "TokenBudgetTooLarge"),
            ("goal: {objective: o, tokenBudget: 1e300}", "TokenBudgetTooLarge"),
            ("goal: {objective: o, tokenBudget: '1e3'}", "TokenBudgetTooLarge"),
        ] as [(String, String?)]
    )
    func `counts tokens`(goal: String, expected: String?) throws {
        let runtime = "runtime: {type: custom, config: {endpoint: 'https://example.com/'}}"
        let spec = goal.isEmpty ? runtime : "\(runtime), \(goal)"
        #expect(try found(spec, "maxTokens: 100") == (expected.map { ["\($0) spec.goal.tokenBudget Warn"] } ?? []))
        #expect(try found(spec, "maxTokens: 100", .february2026) == [])
    }

    @Test(arguments: [
        "maxAttempts: 0", "maxSeconds: 9007199254740992", "maxTokens: 1.5", "requireTimeout: 1", "maxAttempt: 1",
    ])
    func `refuses options that are none`(options: String) {
        #expect(throws: PolicyFileError.self) { try compiledPolicy("  rules: {run-budget: {\(options)}}") }
    }
}
