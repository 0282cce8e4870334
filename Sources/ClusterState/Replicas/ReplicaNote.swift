package import JSONPull

/// What a replica tells the others of itself.
package struct ReplicaNote: Hashable, Sendable {
    /// Name of its host, which in a pod is the pod's.
    package var name: ExactString
    /// Of the product.
    package var version: ExactString
    /// SHA-256 of the policy file it judges by.
    package var digest: ExactString
    /// The controller's, by that policy.
    package var generation: ExactString
    /// When it read that policy.
    package var loadedAt: ExactString
    package var renewedAt: WallTime

    package init(
        name: ExactString,
        version: ExactString,
        digest: ExactString,
        generation: ExactString,
        loadedAt: ExactString,
        renewedAt: WallTime
    ) {
        (self.name, self.version, self.digest) = (name, version, digest)
        (self.generation, self.loadedAt, self.renewedAt) = (generation, loadedAt, renewedAt)
    }

    /// Whether a review comes to the same with either.
    package func judges(like other: ReplicaNote) -> Bool {
        digest == other.digest && generation == other.generation
    }
}

/// A note as it was read.
package struct SeenReplica: Hashable, Sendable {
    /// Of its Lease.
    package var leaseName: ExactString
    package var version: LeaseVersion
    package var note: ReplicaNote
}
