package import AgentRuns
package import JSONPull

/// What is known of a run that holds, or should hold, claims.
package struct HolderRun: Hashable, Sendable {
    package var key: ObjectKey
    package var uid: ExactString
    /// `status.phase`; `Pending` when absent.
    package var phase: ExactString
    package var createdAt: Timestamp?
    /// Its phase is not a final one, and it is no template.
    package var isActive: Bool
    /// Its status tells which branch it writes, or that it writes none.
    package var isSettled: Bool
    /// The branches its own text or status shows; none of a run that is not active or does not write.
    package var branches: [BranchKey]

    package init(
        key: ObjectKey,
        uid: ExactString,
        phase: ExactString,
        createdAt: Timestamp?,
        isActive: Bool,
        isSettled: Bool,
        branches: [BranchKey]
    ) {
        self.key = key
        self.uid = uid
        self.phase = phase
        self.createdAt = createdAt
        self.isActive = isActive
        self.isSettled = isSettled
        self.branches = branches
    }

    /// Projects an AgentRun as the API has it.
    ///
    /// - Throws: ``JSONError`` when the bytes are not JSON.
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
            isActive: projected.facts.contains(.active),
            isSettled: projected.facts.contains(.settled),
            branches: projected.branches
        )
    }

    /// Whether the branch of `claim`, which is held by a run of this name, is in use.
    ///
    /// A derived branch cannot be seen in the run until its status tells.
    func needs(_ claim: Claim) -> Bool {
        isActive && (branches.contains(claim.key.branch) || (claim.isDerived && !isSettled))
    }

    /// Whether the very object `claim` was made for was stored and is over, for ever, and the claim shelters no other.
    func hasEnded(_ claim: Claim) -> Bool {
        !isActive && !uid.isEmpty && uid == claim.holder.uid && !claim.hasRival
    }
}
