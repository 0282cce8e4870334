import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport

/// Cluster state of which only some kinds were ever listed.
// Unchecked: what it asks is not changed while it is.
final class PartialState: ClusterLookup, @unchecked Sendable {
    private let whole: FixtureState
    private let kinds: Set<ReferencedKind>

    init(_ whole: FixtureState, only kinds: Set<ReferencedKind>) { (self.whole, self.kinds) = (whole, kinds) }

    private func ask<Answer>(_ kind: ReferencedKind, _ ask: (FixtureState) -> Answer?) -> Answer? {
        kinds.contains(kind) ? ask(whole) : nil
    }

    func condition(in namespace: ExactString, bindings: Bool) -> StateCondition {
        whole.condition(in: namespace, bindings: bindings)
    }

    func isKnown(_ kind: ReferencedKind, in namespace: ExactString) -> Bool {
        ask(kind) { $0.isKnown(kind, in: namespace) } ?? false
    }

    func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation? {
        ask(.implementationSpec) { $0.implementation(name, in: namespace) }
    }

    func agent(_ name: ExactString, in namespace: ExactString) -> Agent? {
        ask(.agent) { $0.agent(name, in: namespace) }
    }

    func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider? {
        ask(.agentProvider) { $0.agentProvider(name, in: namespace) }
    }

    func versionControlProvider(_ name: ExactString, in namespace: ExactString) -> VersionControlProvider? {
        ask(.versionControlProvider) { $0.versionControlProvider(name, in: namespace) }
    }

    func memory(_ name: ExactString, in namespace: ExactString) -> Memory? {
        ask(.memory) { $0.memory(name, in: namespace) }
    }

    func defaultMemory(in namespace: ExactString) -> Memory? { ask(.memory) { $0.defaultMemory(in: namespace) } }

    func secretBindings(in namespace: ExactString) -> [SecretBinding] { whole.secretBindings(in: namespace) }

    func hasSecret(_ name: ExactString, in namespace: ExactString) -> Bool {
        ask(.secret) { $0.hasSecret(name, in: namespace) } ?? false
    }

    func holders(of key: IdempotencyKey, otherThan name: ExactString) -> IdempotencyKeyHolders? {
        whole.holders(of: key, otherThan: name)
    }

    func runCounts(
        agent: ExactString?,
        repository: ExactString?,
        otherThan name: ExactString,
        in namespace: ExactString
    ) -> RunCounts {
        whole.runCounts(agent: agent, repository: repository, otherThan: name, in: namespace)
    }

    func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders? {
        whole.holders(of: branch, otherThan: name, in: namespace, scope: scope)
    }

    func holdersOnPath(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchPathHolders? {
        whole.holdersOnPath(of: branch, otherThan: name, in: namespace, scope: scope)
    }

    func jobNamesakes(of name: ExactString, in namespace: ExactString) -> BranchHolders? {
        whole.jobNamesakes(of: name, in: namespace)
    }
}
