package import ClusterState

/// What is known of the replicas and of the policy's ConfigMap at one moment.
package struct ReplicaStanding: Sendable {
    /// What this replica tells the others.
    package var own: ReplicaNote
    /// This replica first; empty until they have been listed.
    package var replicas: [ReplicaRoll.Entry] = []
    /// There are more than are read.
    package var hasMore = false
    /// Why they are not known, one line; nil when they are.
    package var problem: String?
    /// Nil where no ConfigMap is asked for, or it names nobody.
    package var policyChange: PolicyChange?
    /// Why the ConfigMap is not known, one line.
    package var policyChangeProblem: String?

    /// They have been listed, and are still.
    package var isKnown: Bool { problem == nil && !replicas.isEmpty }

    /// Those that have not gone silent.
    package var live: [ReplicaRoll.Entry] { replicas.filter { !$0.isStale } }

    /// Those of them that judge otherwise than this one.
    package var otherCount: Int { live.count { !$0.isOwn && !$0.note.judges(like: own) } }

    init(own: ReplicaNote) { self.own = own }
}
