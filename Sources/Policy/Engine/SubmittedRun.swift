internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

/// A run with what overrides and exemptions match.
///
/// A class because every judgement of the run shares it.
final class SubmittedRun: Sendable {
    let run: AgentRun
    let match: RequestMatch.Request
    /// See ``RunUnderReview/claimed``.
    let claimed: [TakenBranch]
    /// What the cluster state calls the run.
    let nameInState: ExactString
    /// Whether this is an export of the past, which takes nothing any more.
    let isPast: Bool

    var namespace: ExactString { match.namespace }
    var userInfo: UserInfo { match.userInfo }

    init(
        run: AgentRun,
        namespace: ExactString,
        userInfo: UserInfo,
        claimed: [TakenBranch] = [],
        nameInState: ExactString? = nil,
        isPast: Bool = false
    ) {
        self.run = run
        self.claimed = claimed
        self.nameInState = nameInState ?? run.metadata.name
        self.isPast = isPast
        let name = run.metadata.name.isEmpty ? run.metadata.generateName : run.metadata.name
        match = RequestMatch.Request(namespace: namespace, name: name, userInfo: userInfo)
    }

    /// Another run in the same namespace of the same user.
    func with(_ run: AgentRun) -> SubmittedRun {
        SubmittedRun(run: run, namespace: namespace, userInfo: userInfo)
    }
}
