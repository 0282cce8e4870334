package import AgentRuns
internal import JSONPull

/// How a run becomes what the index keeps of it.
package struct RunProjection: Sendable {
    /// What tells repositories apart.
    package var repositoryOptions: RepositoryName.Options
    /// Decides whether templates count.
    package var generation: Generation

    package init(repositoryOptions: RepositoryName.Options, generation: Generation) {
        self.repositoryOptions = repositoryOptions
        self.generation = generation
    }
}

extension RunProjection: Equatable {
    package static func == (lhs: RunProjection, rhs: RunProjection) -> Bool {
        lhs.generation == rhs.generation
            && lhs.repositoryOptions.allowsNestedGroups == rhs.repositoryOptions.allowsNestedGroups
            && lhs.repositoryOptions.hosts == rhs.repositoryOptions.hosts
    }
}

/// What the index keeps of a run, before it is packed.
struct ProjectedRun: Sendable {
    var key: ObjectKey
    /// `metadata.uid`; empty when unknown.
    var uid: ExactString
    /// `status.phase`; `Pending` when absent.
    var phase: ExactString
    var createdAt: Timestamp?
    /// What it holds, or did before it was over: nothing unless it writes.
    var branches: [BranchKey]
    /// The key it holds: nil for templates (2026-08) and duplicates.
    var idempotencyKey: IdempotencyKey?
    /// `spec.agentRef.name` if it counts for the limits.
    var agent: ExactString?
    /// The repository it works on if it counts for the limits.
    var repository: ExactString?
    var facts: RunRecord.Facts
}

extension ProjectedRun {
    /// Projects a run; `key` is its own with the namespace filled in.
    init(_ run: AgentRun, key: ObjectKey, projection: RunProjection) {
        self.key = key
        uid = run.metadata.uid
        phase = run.status.phase ?? "Pending"
        createdAt = Timestamp(run.metadata.creationTimestamp)
        let standing = run.standing(generation: projection.generation)
        let isWriting = run.effectiveVcsMode == .readWrite
        branches =
            isWriting
            ? run.heldBranches(options: projection.repositoryOptions, generation: projection.generation) : []
        let isTemplate = run.isTemplate(generation: projection.generation)
        idempotencyKey = isTemplate || run.status.isDuplicate ? nil : run.idempotencyKey(in: key.namespace)
        facts = RunRecord.Facts(standing)
        if run.isPod { facts.insert(.submitsJobs) }
        switch run.loadPhase(generation: projection.generation) {
        case .running: facts.insert(.running)
        case .queued: facts.insert(.queued)
        case nil: break
        }
        if !facts.isDisjoint(with: [.running, .queued]) {
            agent = run.spec.agentName
            repository = run.heldRepository(options: projection.repositoryOptions)
        }
        let namesHead = run.status.headBranch != nil || run.status.branch != nil
        if namesHead || (run.status.vcsMode != nil && !isWriting) { facts.insert(.begun) }
    }
}
