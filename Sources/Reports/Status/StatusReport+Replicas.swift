package import AgentRuns

extension StatusReport {
    /// A replica, as it told of itself.
    package struct Replica: Sendable {
        package var name: String
        package var policyDigest: String
        package var generation: String
        package var version: String
        /// When it read its policy.
        package var loadedAt: String
        /// Since it told of itself.
        package var ageSeconds: Int
        /// The one that shows this.
        package var isOwn: Bool
        /// It has not told of itself for longer than a replica that is there.
        package var isStale: Bool
        /// It judges as this one does.
        package var judgesAlike: Bool

        package init(
            name: String,
            policyDigest: String,
            generation: String,
            version: String,
            loadedAt: String,
            ageSeconds: Int,
            isOwn: Bool = false,
            isStale: Bool = false,
            judgesAlike: Bool = true
        ) {
            (self.name, self.policyDigest, self.generation) = (name, policyDigest, generation)
            (self.version, self.loadedAt, self.ageSeconds) = (version, loadedAt, ageSeconds)
            (self.isOwn, self.isStale, self.judgesAlike) = (isOwn, isStale, judgesAlike)
        }
    }

    /// Where the policy in use comes from.
    package struct Origin: Sendable {
        /// Who changed the ConfigMap last.
        package struct Change: Sendable {
            /// A program's name for itself.
            package var manager: String
            package var operation: String
            package var time: String

            package init(manager: String, operation: String, time: String) {
                (self.manager, self.operation, self.time) = (manager, operation, time)
            }
        }

        /// Nil for the built-in policy.
        package var file: String?
        /// Behind the links of ``file``.
        package var target: String?
        package var modifiedAt: Timestamp?
        package var loadedAt: Timestamp
        /// Nil where nobody is asked, or nobody is named.
        package var change: Change?
        package var changeProblem: String?

        package init(loadedAt: Timestamp) { self.loadedAt = loadedAt }
    }

    /// Replicas that are there and judge by another policy.
    var strayCount: Int { replicas.count { !$0.isStale && !$0.judgesAlike } }
}
