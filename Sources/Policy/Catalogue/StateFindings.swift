/// What is said of the cluster state that rules rest on: reasons without a rule that a policy could name.
enum StateFindings {
    static let descriptor = RuleDescriptor(
        id: "cluster-state",
        title: "What is known of the cluster is missing or old, or a branch could not be claimed",
        action: .warn,
        reasons: [.stateUnavailable, .stateStale, .branchUnclaimed]
    )
}

extension RuleID {
    /// Not a rule of its own: what is said of the cluster state that rules rest on.
    package static let clusterState = RuleID(StateFindings.descriptor)
}

extension Reason {
    static let stateUnavailable = Reason(
        "StateUnavailable",
        meaning: "there is no cluster state to judge by",
        example: "the webhook has just started",
        fix: "wait for /readyz"
    )
    static let stateStale = Reason(
        "StateStale",
        meaning: "the cluster state is old",
        example: "no news from the API for longer than stateMaxAgeSeconds",
        fix: "see /readyz"
    )
    package static let branchUnclaimed = Reason(
        "BranchUnclaimed",
        meaning: "the API server could not be asked whose the branch is",
        example: "it is overloaded, or may not be asked for Leases",
        fix: "put right what the message says, and try again"
    )
}

/// What a rule says that could not judge.
extension Reason {
    /// A rule threw; its file and the error are in the message.
    package static let ruleFailed = Reason(
        "RuleFailed",
        meaning: "a rule could not judge the object",
        example: "none is known",
        fix: "report it with the server's log"
    )
}
