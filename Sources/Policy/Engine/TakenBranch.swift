package import AgentRuns
package import JSONPull

/// A branch that another run turned out to have when it was to be claimed, whatever the cluster state knows of it.
package struct TakenBranch: Sendable {
    package var branch: BranchKey
    package var namespace: ExactString
    package var name: ExactString
    /// `status.phase` and age of the run; nil if it is not there, but may still come.
    package var run: (phase: ExactString, createdAt: Timestamp?)?
    /// A Job of the run that goes on, though the run is over or gone.
    package var job: ExactString?
    package var claimedAt: Timestamp
    /// Seconds after which the claim is void unless the run is there by then; nil while the run or a Job of it is active.
    package var waitSeconds: Int?

    package init(
        branch: BranchKey,
        namespace: ExactString,
        name: ExactString,
        run: (phase: ExactString, createdAt: Timestamp?)?,
        job: ExactString? = nil,
        claimedAt: Timestamp,
        waitSeconds: Int?
    ) {
        self.branch = branch
        self.namespace = namespace
        self.name = name
        self.run = run
        self.job = job
        self.claimedAt = claimedAt
        self.waitSeconds = waitSeconds
    }
}

/// Why branches of an admitted run were not claimed.
package enum UnclaimedBranches: Hashable, Sendable {
    /// It did not work in time; why, in one line, with what to grant or fix.
    case failed(String)
    /// These many were too many.
    case surplus(Int)

    /// A warning shows the first 250 characters or so.
    fileprivate var message: String {
        switch self {
        case .failed(let why): "head branch not claimed: \(VisibleText.line(why)); another run may take it as well"
        case .surplus(let count):
            "\(count) head branches not claimed: of one run at most \(BranchKey.maximumOfRun) are; another run may take the "
                + "others as well"
        }
    }
}

extension PolicyEngine {
    /// `verdict` for a run of which branches were not claimed: what `onUnclaimed` says, but no more than a conflict would cost,
    /// and no more than a warning of branches that the policy let be too many.
    package func unclaimed(_ verdict: Verdict, _ branches: UnclaimedBranches) -> Verdict {
        var action = min(policy.onUnclaimed, verdict.claims?.conflictAction ?? .deny)
        if case .surplus = branches { action = min(action, .warn) }
        guard action != .off else { return verdict }
        let verdict = Verdict(copying: verdict)
        verdict.findings.append(
            Finding(
                rule: .clusterState,
                reason: .branchUnclaimed,
                action: action,
                field: "",
                message: branches.message,
                remedy: "try again once that is put right; the policy's onUnclaimed says what happens until then"
            )
        )
        verdict.limitFindings()
        return verdict
    }
}
