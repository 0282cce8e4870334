internal import AgentRuns
internal import JSONPull

/// What a run may cost at worst: agents started, seconds, tokens; nothing unless the policy names a limit.
struct RunBudget: Rule {
    static let descriptor = RuleDescriptor(
        id: "run-budget",
        title: "Attempts, seconds and tokens that a run may take at worst",
        action: .warn,
        reasons: [.tooManyAttempts, .unboundedStep, .tooLong, .missingTokenBudget, .tokenBudgetTooLarge],
        options: [Keys.maxAttempts, Keys.requireTimeout, Keys.maxSeconds, Keys.maxTokens]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let maxAttempts = RuleOption("maxAttempts", "how often an agent may be started", default: Int?.none)
        static let requireTimeout = RuleOption(
            "requireTimeout",
            "whether every step must have a time-out; a job can have none",
            default: false
        )
        static let maxSeconds = RuleOption(
            "maxSeconds",
            "the sum over all steps of turns, attempts and the pauses between them",
            default: Int?.none
        )
        static let maxTokens = RuleOption("maxTokens", "the token budget of a run's goal (2026-08)", default: Int?.none)
    }

    private let maximumAttempts: Int?
    private let maximumSeconds: Int?
    private let maximumTokens: Int?
    private let requiresTimeout: Bool
    private let looksAtPods: Bool

    init(options entry: inout PolicyEntry) {
        maximumAttempts = entry.integer(Keys.maxAttempts.key, in: PolicyBounds.budget)
        requiresTimeout = entry.boolean(Keys.requireTimeout)
        maximumSeconds = entry.integer(Keys.maxSeconds.key, in: PolicyBounds.budget)
        maximumTokens = entry.integer(Keys.maxTokens.key, in: PolicyBounds.budget)
        looksAtPods = maximumAttempts != nil || maximumSeconds != nil || requiresTimeout
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        if looksAtPods, run.run.isPod { checkPods(run, &findings) }
        if let maximumTokens, run.generation.hasGoals { checkTokens(run, maximumTokens, &findings) }
    }

    private func checkPods(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let cost = RunCost(of: run.run, generation: run.generation)
        if let maximumAttempts, cost.attempts > Double(maximumAttempts) {
            findings.report(
                .tooManyAttempts,
                FieldPath(run.run.isWorkflow ? "spec.workflow.steps" : "spec.runtime.config.backoffLimit"),
                "Too many: \(Self.text(cost.attempts)) agents may be started, and at most \(maximumAttempts) are allowed",
                "lower retries, loop turns or backoffLimit",
                ExactString(Self.text(cost.attempts))
            )
        }
        if requiresTimeout { checkTimeouts(run, &findings) }
        if let maximumSeconds, run.run.isWorkflow, cost.seconds > Double(maximumSeconds) {
            findings.report(
                .tooLong,
                FieldPath("spec.workflow.steps"),
                "Too long: \(Self.text(cost.seconds)) seconds may pass, and at most \(maximumSeconds) are allowed",
                "lower timeoutSeconds, retries, retryBackoffSeconds or loop turns",
                ExactString(Self.text(cost.seconds))
            )
        }
    }

    private func checkTimeouts(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.isWorkflow else {
            let message = "Forbidden: the policy demands a time-out, and a job can have none"
            let remedy = "use runtime workflow, with timeoutSeconds at its step"
            return findings.report(.unboundedStep, FieldPath("spec.runtime.type"), message, remedy, "job")
        }
        for step in run.run.steps(generation: run.generation) where step.timeoutSeconds <= 0 {
            findings.report(
                .unboundedStep,
                FieldPath(step: step, ".timeoutSeconds"),
                "Required value: the policy demands a time-out of every step",
                "set timeoutSeconds to a number above 0",
                ""
            )
        }
    }

    private func checkTokens(_ run: RunUnderReview, _ limit: Int, _ findings: inout RuleFindings) {
        let goal = run.run.spec.goal
        let field = FieldPath("spec.goal.tokenBudget")
        let written = goal?.writtenBudget ?? ""
        guard let budget = goal?.tokenBudget else {
            let message = "Required value: the policy demands a token budget of at most \(limit)"
            let remedy = "set it beside spec.goal.objective, without which it does not count"
            return findings.report(.missingTokenBudget, field, message, remedy, written)
        }
        guard budget > Double(limit) else { return }
        let message = "Invalid value: \(Self.text(budget)): must be less than or equal to \(limit)"
        findings.report(.tokenBudgetTooLarge, field, message, "lower it", written)
    }

    /// A whole number; those beyond what a sum is counted to by that.
    private static func text(_ number: Double) -> String {
        number >= RunCost.most ? "\(Int(RunCost.most)) or more" : String(Int(number))
    }
}

extension RuleID {
    package static let runBudget = RunBudget.id
}

extension Reason {
    static let tooManyAttempts = Reason(
        "TooManyAttempts",
        meaning: "more agents may be started than `maxAttempts`: steps x turns x (retries + 1) x (backoffLimit + 1)",
        example: "steps: [{name: a, retries: 9}] with maxAttempts: 5",
        fix: "lower retries, loop turns or backoffLimit"
    )
    static let unboundedStep = Reason(
        "UnboundedStep",
        meaning: "with `requireTimeout` a step without a time-out, or a job, which can have none",
        example: "steps: [{name: a}] with requireTimeout: true",
        fix: "set timeoutSeconds"
    )
    static let tooLong = Reason(
        "TooLong",
        meaning: "the steps may take more than `maxSeconds`",
        example: "steps: [{name: a, timeoutSeconds: 7200}] with maxSeconds: 3600",
        fix: "lower time-outs, retries or loop turns"
    )
    static let missingTokenBudget = Reason(
        "MissingTokenBudget",
        meaning: "with `maxTokens` a run without a token budget, or without the objective that it needs",
        example: "no spec.goal with maxTokens: 100000 (2026-08)",
        fix: "set spec.goal.objective and spec.goal.tokenBudget"
    )
    static let tokenBudgetTooLarge = Reason(
        "TokenBudgetTooLarge",
        meaning: "a token budget above `maxTokens`",
        example: "goal.tokenBudget: 200000 with maxTokens: 100000",
        fix: "lower it"
    )
}
