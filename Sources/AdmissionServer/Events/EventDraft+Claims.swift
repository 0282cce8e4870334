internal import AgentRuns
internal import ClusterState
internal import JSONPull

extension EventObjectReference {
    /// A run.
    init?(run: ObjectKey, uid: ExactString) {
        self.init(
            group: ExactString(ClusterKind.agentRun.group),
            version: ExactString(ClusterKind.agentRun.version),
            kind: ExactString(ClusterKind.agentRun.rawValue),
            namespace: run.namespace,
            name: run.name,
            uid: uid
        )
    }
}

extension EventDraft {
    /// What is told of a claim on the run that has it now, or had it; nil when that is no object of an API server's.
    init?(_ news: ClaimNews) {
        switch news {
        case .takenOver(let claim, let former):
            guard let regarding = EventObjectReference(run: claim.holder.run, uid: claim.holder.uid) else { return nil }
            let name = VisibleText.quoted(ExactString("\(former.run.namespace)/\(former.run.name)"), upTo: 317)
            self.init(
                regarding: regarding,
                reason: .branchTakenOver,
                note:
                    "\(Self.name(of: claim.key.branch)) is this run's now: it was claimed for run \(name), which is over or was "
                    + "never stored"
            )
        case .released(let claim, let isOver):
            guard let regarding = EventObjectReference(run: claim.holder.run, uid: claim.holder.uid) else { return nil }
            let why = isOver ? "this run is over" : "this run does not push to it any more"
            self.init(
                regarding: regarding,
                reason: .branchReleased,
                note: "\(Self.name(of: claim.key.branch)) is free for other runs: \(why)"
            )
        }
    }

    private static func name(of branch: BranchKey) -> String {
        let head = VisibleText.quoted(branch.head, upTo: BranchKey.maximumHeadBytes)
        return "branch \(head) of \(VisibleText.quoted(branch.repository, upTo: BranchKey.maximumHeadBytes))"
    }
}
