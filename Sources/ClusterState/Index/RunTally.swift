internal import AgentRuns
internal import JSONPull
internal import Policy

/// How many runs are running and waiting, kept by scope so that asking costs the same however many there are.
struct RunTally: Sendable {
    private var cluster = RunCounts.Count()
    private var namespaces: [ExactString: RunCounts.Count] = [:]
    /// By ``RunRecord/agentDigest``.
    private var agents: [UInt64: RunCounts.Count] = [:]
    /// By ``RunRecord/repositoryDigest``.
    private var repositories: [UInt64: RunCounts.Count] = [:]
    /// Waiting runs by digest of their name, in all namespaces: to the controller's queue they are one run.
    private var waitingNames: [UInt64: Int] = [:]
    /// The same by digest of name and repository.
    private var waitingNamesOfRepositories: [UInt64: Int] = [:]

    /// Whether no run counts.
    var isEmpty: Bool { namespaces.isEmpty }

    /// Counts a run of that name in, or with -1 out again.
    mutating func add(_ run: StoredRun, name: @autoclosure () -> ExactString, _ times: Int = 1) {
        guard let counted = Self.count(of: run, times) else { return }
        Self.add(counted, to: &cluster)
        Self.add(counted, to: run.namespace, in: &namespaces)
        if run.agentDigest != 0 { Self.add(counted, to: run.agentDigest, in: &agents) }
        if run.repositoryDigest != 0 { Self.add(counted, to: run.repositoryDigest, in: &repositories) }
        guard counted.queued != 0 else { return }
        let name = RunRecord.digest(name())
        Self.add(times, to: name, in: &waitingNames)
        guard run.repositoryDigest != 0 else { return }
        Self.add(times, to: Self.digest(name, run.repositoryDigest), in: &waitingNamesOfRepositories)
    }

    private static func digest(_ name: UInt64, _ repository: UInt64) -> UInt64 { RunRecord.digest([name, repository]) }

    private static func add(_ times: Int, to key: UInt64, in sums: inout [UInt64: Int]) {
        let sum = (sums[key] ?? 0) + times
        sums[key] = sum == 0 ? nil : sum
    }

    /// The counts of the scopes a run of this name, namespace, agent and repository is in; `own` is the run itself, if it is
    /// known, and does not count, nor does a waiting run of the same name elsewhere.
    func counts(
        name: ExactString,
        namespace: ExactString,
        agent: ExactString?,
        repository: ExactString?,
        without own: StoredRun?
    ) -> RunCounts {
        var counts = RunCounts()
        counts.cluster = cluster
        counts.namespace = namespaces[namespace] ?? RunCounts.Count()
        let agentDigest = agent.map { RunRecord.digest(ObjectKey(namespace: namespace, name: $0)) } ?? 0
        let repositoryDigest = repository.map { RunRecord.digest($0) } ?? 0
        counts.agent = agents[agentDigest] ?? RunCounts.Count()
        counts.repository = repositories[repositoryDigest] ?? RunCounts.Count()
        if !waitingNames.isEmpty {
            let name = RunRecord.digest(name)
            let own = own.flatMap { $0.facts.contains(.queued) ? $0 : nil }
            counts.cluster.queued -= (waitingNames[name] ?? 0) - (own == nil ? 0 : 1)
            if repositoryDigest != 0 {
                let isOwn = own?.repositoryDigest == repositoryDigest
                let all = waitingNamesOfRepositories[Self.digest(name, repositoryDigest)] ?? 0
                counts.repository.queued -= all - (isOwn ? 1 : 0)
            }
        }
        guard let own, let counted = Self.count(of: own, -1) else { return counts }
        Self.add(counted, to: &counts.cluster)
        Self.add(counted, to: &counts.namespace)
        if agentDigest != 0, own.agentDigest == agentDigest { Self.add(counted, to: &counts.agent) }
        if repositoryDigest != 0, own.repositoryDigest == repositoryDigest {
            Self.add(counted, to: &counts.repository)
        }
        return counts
    }

    private static func count(of run: StoredRun, _ times: Int) -> RunCounts.Count? {
        if run.facts.contains(.running) { return RunCounts.Count(running: times) }
        return run.facts.contains(.queued) ? RunCounts.Count(queued: times) : nil
    }

    private static func add(_ counted: RunCounts.Count, to sum: inout RunCounts.Count) {
        sum.running += counted.running
        sum.queued += counted.queued
    }

    /// A scope without runs is forgotten.
    private static func add<Key>(
        _ counted: RunCounts.Count,
        to key: Key,
        in sums: inout [Key: RunCounts.Count]
    ) {
        add(counted, to: &sums[key, default: RunCounts.Count()])
        if sums[key] == RunCounts.Count() { sums[key] = nil }
    }
}
