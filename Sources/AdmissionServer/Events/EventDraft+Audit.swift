internal import AgentRuns
internal import ClusterState
internal import JSONPull

extension EventDraft {
    /// What is told of a run that is stored without a known review; nil when that is no object of an API server's.
    init?(unreviewed run: ObjectKey, uid: ExactString, generation: Int64, since: Timestamp) {
        guard let regarding = EventObjectReference(run: run, uid: uid) else { return nil }
        self.init(
            regarding: regarding,
            reason: .foundUnreviewed,
            note:
                "no review of generation \(generation) of this run is known, which has been there since \(since.text) "
                + "(see whether the webhook was registered and answered then; agentrun-admission audit judges what is stored)"
        )
    }
}
