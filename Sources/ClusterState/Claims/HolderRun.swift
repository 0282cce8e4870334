package import AgentRuns
package import JSONPull

/// What is known of a run that holds, or should hold, claims.
package struct HolderRun: Hashable, Sendable {
    package var key: ObjectKey
    package var uid: ExactString
    /// `status.phase`; `Pending` when absent.
    package var phase: ExactString
    package var createdAt: Timestamp?
    package var standing: RunStanding
    /// The branches its own text or status shows; none of a run that does not write.
    package var branches: [BranchKey]
    /// A Job of it that goes on, as far as that was asked.
    package var job: ExactString?

    package init(
        key: ObjectKey,
        uid: ExactString,
        phase: ExactString,
        createdAt: Timestamp?,
        standing: RunStanding,
        branches: [BranchKey],
        job: ExactString? = nil
    ) {
        self.key = key
        self.uid = uid
        self.phase = phase
        self.createdAt = createdAt
        self.standing = standing
        self.branches = branches
        self.job = job
    }

    /// Projects an AgentRun as the API has it.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON.
    package init(_ object: [UInt8], projection: RunProjection) throws(JSONError) {
        let run = try JSONReader.read(object) { reader throws(JSONError) in try AgentRun(&reader) }
        self.init(run, projection: projection)
    }

    /// Projects a run.
    package init(_ run: AgentRun, projection: RunProjection) {
        let key = ObjectKey(namespace: run.metadata.namespace, name: run.metadata.name)
        self.init(ProjectedRun(run, key: key, projection: projection))
    }

    init(_ projected: ProjectedRun) {
        self.init(
            key: projected.key,
            uid: projected.uid,
            phase: projected.phase,
            createdAt: projected.createdAt,
            standing: projected.facts.standing,
            branches: projected.branches
        )
    }

    /// Whether what was claimed for the run stays claimed: it works with it, may any moment, or a Job of it goes on.
    var needsClaims: Bool { standing.needsClaims || job != nil }

    /// Whether the branch of `claim`, which is held by a run of this name, is in use.
    ///
    /// A derived branch cannot be seen in the run, whatever its status comes to say: it is the run's until that is over. So
    /// is any branch of a run at work that got the template annotation, with whatever change of its spec.
    func needs(_ claim: Claim) -> Bool {
        guard standing.needsClaims else { return false }
        return claim.isDerived || standing == .annotated || branches.contains(claim.key.branch)
    }

    /// Whether the very object `claim` was made for was stored and is over, for ever, and the claim shelters no other.
    ///
    /// A template is not: what is seen of it may be older than the claim, which was made when it became a run.
    func hasEnded(_ claim: Claim, _ flaws: ClaimFlaws) -> Bool {
        if standing == .template, flaws.contains(.takesTemplatesForOver) { return uid == claim.holder.uid }
        return standing == .over && !uid.isEmpty && uid == claim.holder.uid && !claim.hasRival
    }
}
