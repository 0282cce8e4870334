package import AgentRuns
package import JSONPull

/// A branch that another run turned out to have when it was to be claimed, whatever the cluster state knows of it.
package struct TakenBranch: Sendable {
    package var branch: BranchKey
    package var namespace: ExactString
    package var name: ExactString
    /// `status.phase` and age of the run; nil if it is not there, but may still come.
    package var run: (phase: ExactString, createdAt: Timestamp?)?
    package var claimedAt: Timestamp
    /// Seconds after which the claim is void unless the run is there by then; nil while the run is active.
    package var waitSeconds: Int?

    package init(
        branch: BranchKey,
        namespace: ExactString,
        name: ExactString,
        run: (phase: ExactString, createdAt: Timestamp?)?,
        claimedAt: Timestamp,
        waitSeconds: Int?
    ) {
        self.branch = branch
        self.namespace = namespace
        self.name = name
        self.run = run
        self.claimedAt = claimedAt
        self.waitSeconds = waitSeconds
    }
}

extension PolicyEngine {
    /// `verdict` for a run whose branches could not be claimed in time: what `onStale` says.
    ///
    /// `why` is one line, with what to grant or fix.
    package func unclaimed(_ verdict: Verdict, because why: String) -> Verdict {
        guard policy.onStale != .off else { return verdict }
        let verdict = Verdict(copying: verdict)
        // A warning shows the first 250 characters or so.
        let message = "head branch not claimed: \(why); another run may take it as well"
        // One finding a review.
        if let index = verdict.findings.firstIndex(where: { $0.rule == .clusterState }) {
            verdict.findings[index].message = "\(message); \(verdict.findings[index].message)"
            return verdict
        }
        verdict.findings.append(
            Finding(
                rule: .clusterState,
                reason: .stateUnavailable,
                action: policy.onStale,
                field: "",
                message: message,
                remedy: "try again once that is put right; the policy's onStale says what happens until then"
            )
        )
        return verdict
    }
}
