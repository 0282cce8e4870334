package import AgentRuns
package import JSONPull

/// What state rules ask of the cluster state.
///
/// Answers come from memory; a look-up is on the path of every review.
///
/// An object that is not there and one of a kind nothing is known about are both nil: a rule that needs an object which
/// is not found says nothing.
///
/// A class, so that handing it on costs a retain.
package protocol ClusterLookup: AnyObject, Sendable {
    /// How far the answers about an object of `namespace` can be trusted; SecretBindings count only with `bindings`.
    func condition(in namespace: ExactString, bindings: Bool) -> StateCondition
    /// Whether objects of that kind are known in `namespace` at all: only then is one that is not there called not found.
    func isKnown(_ kind: ReferencedKind, in namespace: ExactString) -> Bool
    /// The `spec` of an ImplementationSpec, texts reduced to their measures.
    func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation?
    func agent(_ name: ExactString, in namespace: ExactString) -> Agent?
    func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider?
    func versionControlProvider(_ name: ExactString, in namespace: ExactString) -> VersionControlProvider?
    func memory(_ name: ExactString, in namespace: ExactString) -> Memory?
    /// Of the namespace's Memories with `spec.default: true` the first by name.
    func defaultMemory(in namespace: ExactString) -> Memory?
    /// Every SecretBinding of the namespace.
    func secretBindings(in namespace: ExactString) -> [SecretBinding]
    /// Whether there is a Secret of that name.
    func hasSecret(_ name: ExactString, in namespace: ExactString) -> Bool
    /// The runs that hold an idempotency key, without the run `name` of its namespace itself; nil when there is none.
    ///
    /// No templates (2026-08), and none that was found to be a duplicate.
    func holders(of key: IdempotencyKey, otherThan name: ExactString) -> IdempotencyKeyHolders?
    /// How many runs the source has running and waiting, without the run `namespace/name` itself, and of those that wait
    /// without any of that name.
    func runCounts(
        agent: ExactString?,
        repository: ExactString?,
        otherThan name: ExactString,
        in namespace: ExactString
    ) -> RunCounts
    /// The writing runs, active or with a Job that goes on, that hold `branch`, without the run `namespace/name` itself; nil when there is none.
    /// With a `scope` only runs of that namespace count.
    func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders?
    /// The active, writing runs that hold a branch of the same repository which is a path above or below `branch`, without the
    /// run `namespace/name` itself; nil when there is none.
    ///
    /// With a `scope` only runs of that namespace count.
    func holdersOnPath(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchPathHolders?
    /// The active runs of the namespace, but for the run `name` itself, whose Jobs are called as that run's would be; nil when
    /// there is none.
    func jobNamesakes(of name: ExactString, in namespace: ExactString) -> BranchHolders?
}

/// The kinds that runs refer to, directly or by way of another object.
package enum ReferencedKind: String, Sendable, CaseIterable {
    case implementationSpec = "ImplementationSpec"
    case agent = "Agent"
    case agentProvider = "AgentProvider"
    case versionControlProvider = "VersionControlProvider"
    case memory = "Memory"
    /// `v1` `Secret`, of which nothing but the name is kept.
    case secret = "Secret"
}

/// How far the cluster state can be trusted.
package enum StateCondition: Sendable, Equatable {
    /// Read, and this old in milliseconds.
    case available(ageMilliseconds: Int)
    /// Not read at all; why.
    case unavailable(String)
    /// Read but for a part of it, and this old in milliseconds; what is missing and why.
    case incomplete(String, ageMilliseconds: Int)
}

/// The runs that hold one branch, or one name for Jobs: the first by namespace and name, and how many there are.
package struct BranchHolders: Sendable, Equatable {
    /// So many runs with one name for Jobs are looked at.
    package static let maximumJobNameCount = 1000

    package var first: BranchHolder
    /// All holders, the first included.
    package var count: Int

    package init(first: BranchHolder, count: Int) {
        self.first = first
        self.count = count
    }
}

/// The runs that hold branches above or below one: the first by namespace, name and head, and how many there are.
package struct BranchPathHolders: Sendable, Equatable {
    /// So many are looked at: everybody's branches lie below a few paths.
    package static let maximumCount = 1000

    package var first: BranchHolder
    /// The head that ``first`` holds.
    package var head: ExactString
    /// Holders of all such branches, at most ``maximumCount``.
    package var count: Int

    package init(first: BranchHolder, head: ExactString, count: Int) {
        (self.first, self.head, self.count) = (first, head, count)
    }
}

/// A run that holds a branch or a key.
package struct BranchHolder: Sendable, Equatable {
    package var namespace: ExactString
    package var name: ExactString
    /// `status.phase`; `Pending` when absent.
    package var phase: ExactString
    /// Nil when unknown.
    package var createdAt: Timestamp?
    /// A Job of it that goes on, though the run is over.
    package var job: ExactString?

    package init(
        namespace: ExactString,
        name: ExactString,
        phase: ExactString,
        createdAt: Timestamp?,
        job: ExactString? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.phase = phase
        self.createdAt = createdAt
        self.job = job
    }
}

/// The runs that hold one idempotency key.
package struct IdempotencyKeyHolders: Sendable, Equatable {
    /// The first by name of the active ones, else of all.
    package var first: BranchHolder
    /// Whether one of them is active.
    package var isInUse: Bool
    /// All holders, the first included.
    package var count: Int

    package init(first: BranchHolder, isInUse: Bool, count: Int) {
        (self.first, self.isInUse, self.count) = (first, isInUse, count)
    }
}

/// How many runs are running and waiting, in the scopes a run belongs to (`controller-semantics.md` section 17).
package struct RunCounts: Sendable, Equatable {
    /// Runs of one scope.
    package struct Count: Sendable, Equatable {
        /// Phase is `Running`.
        package var running = 0
        /// Phase is, in any case, `Pending`, `Queued`, `Progressing` or `InProgress`.
        package var queued = 0

        package init(running: Int = 0, queued: Int = 0) {
            (self.running, self.queued) = (running, queued)
        }
    }

    /// Of the agent within the namespace.
    package var agent = Count()
    /// Of the repository, in all namespaces.
    package var repository = Count()
    package var namespace = Count()
    package var cluster = Count()

    package init() {}
}
