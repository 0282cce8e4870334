internal import AgentRuns
internal import JSONPull

/// Whether the run would have to wait, by the controller's limits for running and for waiting runs
/// (`controller-semantics.md` section 17).
struct Limits: Rule {
    static let descriptor = RuleDescriptor(
        id: "limits",
        title: "Limits at which a run would wait",
        action: .warn,
        reasons: [.concurrencyLimit, .queueLimit],
        options: [Keys.concurrency, Keys.queue],
        runsOnTemplates: false,
        runsOnPastRuns: false
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let concurrency = RuleOption(
            "concurrency",
            "running runs per agent, repository, namespace, cluster, and repositories by name; 0 is off",
            default: Bounds(agent: 5, namespace: 10, cluster: 100, repository: 0, repositories: [:])
        )
        static let queue = RuleOption(
            "queue",
            "waiting runs per repository, namespace and cluster; 0 is off",
            default: Bounds(namespace: 200, cluster: 1000, repository: 50)
        )
    }

    /// How many there may be in each scope; 0 is any number.
    private struct Bounds: PolicyFileValue {
        /// Nil where no policy may say one.
        var agent: Int?
        var namespace: Int
        var cluster: Int
        var repository: Int
        /// By ``RepositoryName/key``; nil where no policy may say any.
        var repositories: [ExactString: Int]?

        var policyText: String? {
            let agent = agent.map { "agent: \($0), " } ?? ""
            let repositories = repositories == nil ? "" : ", repositories: {}"
            return "{ \(agent)namespace: \(namespace), cluster: \(cluster), repository: \(repository)\(repositories) }"
        }
    }

    private let concurrency: Bounds
    private let queue: Bounds

    init(options entry: inout PolicyEntry) {
        concurrency = Self.bounds(Keys.concurrency, &entry)
        queue = Self.bounds(Keys.queue, &entry)
    }

    private static func bounds(_ option: RuleOption<Bounds>, _ entry: inout PolicyEntry) -> Bounds {
        var bounds = option.defaultValue
        var map = entry.entry(option.key)
        func read(_ key: StaticString, _ bound: inout Int) {
            if let value = map.integer(key, in: PolicyBounds.runs) { bound = value }
        }
        if let agent = bounds.agent { bounds.agent = map.integer("agent", in: PolicyBounds.runs) ?? agent }
        read("repository", &bounds.repository)
        read("namespace", &bounds.namespace)
        read("cluster", &bounds.cluster)
        if bounds.repositories != nil { bounds.repositories = repositories(&map) }
        map.finish()
        entry.adopt(map)
        return bounds
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
        if let own = repository.flatMap({ running.repositories?[$0.key] }) { running.repository = own }
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
        check(counts.agent, bounds.agent ?? 0, FieldPath("spec.agentRef.name"), "agent")
        if let repository { check(counts.repository, bounds.repository, repository.field, "repository") }
        check(counts.namespace, bounds.namespace, FieldPath("metadata.namespace"), "namespace")
        check(counts.cluster, bounds.cluster, FieldPath("spec"), "cluster")
    }
}

extension RuleID {
    package static let limits = Limits.id
}

extension ControllerOutcome.Check {
    static let concurrency = Self(30)
    static let queue = Self(40)
}

extension Reason {
    static let concurrencyLimit = Reason(
        "ConcurrencyLimit",
        meaning: "as many run as may",
        example: "a sixth running run of one Agent",
        fix: "wait, or raise the limit"
    )
    static let queueLimit = Reason(
        "QueueLimit",
        meaning: "as many wait as may",
        example: "the 201st waiting run of a namespace",
        fix: "wait, or raise the limit"
    )
}
