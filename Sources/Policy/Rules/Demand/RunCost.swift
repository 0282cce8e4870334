internal import AgentRuns

/// What a run costs at worst, by the controller's numbers (`controller-semantics.md` sections 12 and 13.1).
struct RunCost {
    /// Sums go no higher: from there on not every whole number is one that is counted with.
    static let most = 9_007_199_254_740_992.0

    /// How often an agent is started.
    private(set) var attempts = 0.0
    /// Seconds of all steps; a step without a time-out counts its pauses only.
    private(set) var seconds = 0.0
    /// Whether a step has no time-out, or the run is a job, which can have none.
    private(set) var isUnbounded = false

    init(of run: AgentRun, generation: Generation) {
        let starts = Self.sum(run.spec.runtime.pod?.backoffLimit?.value ?? 0, 1)
        guard run.isWorkflow else {
            (attempts, isUnbounded) = (starts, true)
            return
        }
        for step in run.steps(generation: generation) {
            let turns = generation.hasLoops ? max(1, step.loop?.maxIterations ?? 1) : 1
            let retries = max(0, step.retries)
            let tries = Self.sum(retries, 1)
            let timeout = max(0, step.timeoutSeconds)
            attempts = Self.sum(attempts, Self.product(Self.product(tries, turns), starts))
            let pauses = Self.product(retries, max(0, step.retryBackoffSeconds))
            seconds = Self.sum(seconds, Self.product(turns, Self.sum(Self.product(tries, timeout), pauses)))
            if timeout == 0 { isUnbounded = true }
        }
    }

    private static func sum(_ one: Double, _ other: Double) -> Double { min(most, one + other) }
    private static func product(_ one: Double, _ other: Double) -> Double { min(most, one * other) }
}
