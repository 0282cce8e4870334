/// Which kinds of the cluster lead to what rules look at, as ``RunUnderReview`` finds it.
extension Set<ReferencedKind> {
    /// The AgentProvider behind the Agent.
    static let agentProvider: Self = [.agent, .agentProvider]
    /// Repositories, bases, heads and the VersionControlProvider of each: the run's, its implementation's or the Agent's.
    static let versionControl: Self = [.implementationSpec, .agent, .versionControlProvider]
    /// Whatever has a run use a Secret.
    static let secretUsers: Self = agentProvider.union(versionControl).union([.memory])
}
