package import JSONPull

/// What an idempotency key is unique in: namespace, agent and the key itself (`controller-semantics.md` section 16).
package struct IdempotencyKey: Hashable, Sendable {
    package var namespace: ExactString
    package var agent: ExactString
    /// Trimmed.
    package var key: ExactString

    package init(namespace: ExactString, agent: ExactString, key: ExactString) {
        (self.namespace, self.agent, self.key) = (namespace, agent, key)
    }
}

extension AgentRun {
    /// The key the run would claim in `namespace`; nil without a key or an agent.
    package func idempotencyKey(in namespace: ExactString) -> IdempotencyKey? {
        guard let key = spec.idempotencyKey?.nonBlank, let agent = spec.agentName else { return nil }
        return IdempotencyKey(namespace: namespace, agent: agent, key: key)
    }

    /// How the controller counts the run for its limits (`controller-semantics.md` section 17).
    package enum LoadPhase: Sendable {
        case running
        case queued
    }

    /// Nil when the run does not count: it is over, or a template nobody has worked on.
    package func loadPhase(generation: Generation) -> LoadPhase? {
        guard let phase = status.phase else { return isTemplate(generation: generation) ? nil : .queued }
        if phase == "Running" { return .running }
        switch phase.asciiLowercased.string {
        case "pending", "queued", "progressing", "inprogress": return .queued
        default: return nil
        }
    }

    /// The repository another run is taken to work on: its status', else its parameters'; nil when neither names one.
    package func heldRepository(options: RepositoryName.Options) -> ExactString? {
        let parameter = [ParameterName.repository, .repo, .issueRepository].lazy
            .compactMap { self.spec.parameters.entry($0)?.text }.first
        return (status.repository ?? parameter).map { RepositoryName($0, options: options).key }
    }
}
