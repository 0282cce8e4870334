internal import AgentRuns
internal import JSONPull

/// Whether the run would have to wait, by the controller's limits for running and for waiting runs
/// (`controller-semantics.md` section 17).
struct Limits: Rule {
    static let id = RuleID.limits

    /// How many there may be in each scope; 0 is any number.
    private struct Bounds {
        var agent = 0
        var repository = 0
        var namespace = 0
        var cluster = 0
        /// By ``RepositoryName/key``.
        var repositories: [ExactString: Int] = [:]
    }

    private let concurrency: Bounds
    private let queue: Bounds

    init(options entry: inout PolicyEntry) {
        var running = entry.entry("concurrency")
        concurrency = Bounds(
            agent: running.integer("agent", in: PolicyBounds.runs) ?? 5,
            repository: running.integer("repository", in: PolicyBounds.runs) ?? 0,
            namespace: running.integer("namespace", in: PolicyBounds.runs) ?? 10,
            cluster: running.integer("cluster", in: PolicyBounds.runs) ?? 100,
            repositories: Self.repositories(&running)
        )
        running.finish()
        entry.adopt(running)
        var waiting = entry.entry("queue")
        queue = Bounds(
            repository: waiting.integer("repository", in: PolicyBounds.runs) ?? 50,
            namespace: waiting.integer("namespace", in: PolicyBounds.runs) ?? 200,
            cluster: waiting.integer("cluster", in: PolicyBounds.runs) ?? 1000
        )
        waiting.finish()
        entry.adopt(waiting)
    }

    private static func repositories(_ entry: inout PolicyEntry) -> [ExactString: Int] {
        var map = entry.entry("repositories")
        map.describeNames(.integer(PolicyBounds.runs))
        var bounds: [ExactString: Int] = [:]
        for (name, _, node) in map.names {
            let path = "\(map.path)\(JSONPath.member(name.string))"
            // The controller passes over 0: the general bound applies.
            guard let bound = map.integer(node, at: path, in: PolicyBounds.runs), bound > 0 else { continue }
            bounds[RepositoryName(name).key] = bound
        }
        entry.adopt(map)
        return bounds
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard let state = run.state, run.update?.createsRun ?? true else { return }
        let repository = Self.repository(of: run)
        let counts = state.runCounts(
            agent: run.run.spec.agentName,
            repository: repository?.key,
            otherThan: run.subject.nameInState,
            in: run.namespace
        )
        var running = concurrency
        if let own = repository.flatMap({ running.repositories[$0.key] }) { running.repository = own }
        compare(counts, running, .concurrencyLimit, repository, &findings)
        compare(counts, queue, .queueLimit, repository, &findings)
    }

    /// The repository the controller counts the run for: what its parameters name, neither a contract nor a source.
    private static func repository(of run: RunUnderReview) -> RunUnderReview.Repository? {
        guard let value = run.runUnit.metadata[.repository], !value.isMapped, case .run = value.origin else {
            return nil
        }
        return run.repositories[0]
    }

    /// Reports the scopes that are full.
    private func compare(
        _ counts: RunCounts,
        _ bounds: Bounds,
        _ reason: Reason,
        _ repository: RunUnderReview.Repository?,
        _ findings: inout RuleFindings
    ) {
        let isRunning = reason == .concurrencyLimit
        func check(
            _ counted: RunCounts.Count,
            _ bound: Int,
            _ place: @autoclosure () -> FieldPath,
            _ scope: StaticString
        ) {
            let count = isRunning ? counted.running : counted.queued
            guard bound > 0, count >= bound else { return }
            let field = place()
            let draft = RuleFindings.Draft(
                reason: reason,
                field: field,
                message: "Forbidden: \(count) \(count == 1 ? "run of the \(scope) is" : "runs of the \(scope) are") "
                    + "\(isRunning ? "running" : "waiting"), and the limit is \(bound): the run will be blocked",
                remedy: "wait until there are fewer, or raise the limit",
                values: [ExactString("\(scope)")],
                outcome: ControllerOutcome(isRunning ? .concurrency : .queue, reason, type: "Blocked")
            )
            findings.report(draft)
        }
        check(counts.agent, bounds.agent, FieldPath("spec.agentRef.name"), "agent")
        if let repository { check(counts.repository, bounds.repository, repository.field, "repository") }
        check(counts.namespace, bounds.namespace, FieldPath("metadata.namespace"), "namespace")
        check(counts.cluster, bounds.cluster, FieldPath("spec"), "cluster")
    }
}
