internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

extension PolicyEngine {
    /// Runs all rules and explains the verdict.
    ///
    /// What was already true of `old`, the object before an update, is only noted. Returns the run as it was judged.
    @discardableResult
    func judge(
        _ subject: SubmittedRun,
        old: AgentRun?,
        update: RunUpdate?,
        state: (any ClusterLookup)?,
        now: Timestamp,
        _ verdict: Verdict
    ) -> RunUnderReview {
        let review = RunUnderReview(subject, state: state, now: now, policy: policy, update: update)
        verdict.findings = findings(review, old: old)
        if !review.isSetAside { verdict.explanation.describe(review) }
        predict(review, verdict)
        if let state {
            let condition = state.condition(in: subject.namespace, bindings: policy.requiresSecretBindings)
            addStateCondition(condition, to: verdict)
        }
        return review
    }

    /// Judges an update that leaves the spec alone: only changed labels, and of those only what is new.
    func judgeLabels(
        _ subject: SubmittedRun,
        old: AgentRun,
        state: (any ClusterLookup)?,
        now: Timestamp,
        _ verdict: Verdict
    ) {
        let (labels, before) = (subject.run.metadata.labels, old.metadata.labels)
        guard labels != before, Set(labels) != Set(before) else { return }
        let review = RunUnderReview(subject, state: state, now: now, policy: policy)
        verdict.findings = findings(review, old: old, only: .labelPolicy)
        predict(review, verdict)
    }

    /// Says what the controller would make of the findings, the one it comes to first.
    private func predict(_ review: RunUnderReview, _ verdict: Verdict) {
        if verdict.findings.isEmpty { return }
        verdict.explanation.predicted =
            ControllerOutcome.first(of: verdict.findings.flatMap(\.outcomes), run: review)?.text
    }

    /// The branches and the key an admitted run takes; nil when it takes none.
    func claims(of review: RunUnderReview) -> BranchClaims? {
        let subject = review.subject
        guard review.state != nil, !subject.run.metadata.name.isEmpty,
            subject.run.standing(generation: policy.generation).needsClaims,
            !subject.run.isTemplate(generation: policy.generation)
        else { return nil }
        let branches = review.distinctBranches
        let key = subject.run.idempotencyKey(in: subject.namespace)
        guard !branches.isEmpty || key != nil else { return nil }
        let claims = BranchClaims(
            namespace: subject.namespace,
            name: subject.run.metadata.name,
            uid: subject.run.metadata.uid,
            branches: branches,
            idempotencyKey: key,
            createdAt: review.now,
            scope: policy.branchScope(for: subject.match),
            submitsJobs: subject.run.isPod
        )
        claims.conflictAction = policy.branchConflictAction(for: subject.match)
        return claims
    }

    /// The branches an admitted UPDATE of `old` takes beyond those the run has; nil when there are none.
    func claims(of review: RunUnderReview, old: AgentRun) -> BranchClaims? {
        guard let claims = claims(of: review), !claims.branches.isEmpty else { return nil }
        if old.standing(generation: policy.generation).needsClaims {
            let before = RunUnderReview(review.subject.with(old), state: review.state, now: review.now, policy: policy)
            let had = Set(before.claimedBranches.map(\.key))
            claims.kept = claims.branches.filter(had.contains)
        }
        return claims.kept.count < claims.branches.count ? claims : nil
    }

    // MARK: What else is said

    /// `verdict` for a run whose branches changed hands faster than it could be judged: what `onError` says.
    package func contended(_ verdict: Verdict) -> Verdict {
        struct Contention: Error, CustomStringConvertible {
            let description = "the branch changed hands again and again while this was judged; try again"
        }
        let verdict = Verdict(copying: verdict)
        verdict.claims = nil
        if policy.onError != .off { verdict.findings.append(failure(of: .headBranchConflict, Contention()).finding) }
        verdict.limitFindings()
        return verdict
    }

    private func addStateCondition(_ condition: StateCondition, to verdict: Verdict) {
        let (reason, message): (Reason, String)
        switch condition {
        case .available(let age):
            verdict.explanation.stateAgeMilliseconds = age
            guard age > policy.maximumStateAgeSeconds * 1000 else { return }
            reason = .stateStale
            message = """
                the cluster state is \(age / 1000) s old, older than the \(policy.maximumStateAgeSeconds) s \
                this policy allows; rules judged by what was known then
                """
        case .incomplete(let why, let age):
            verdict.explanation.stateAgeMilliseconds = age
            reason = .stateUnavailable
            message = "part of the cluster state is not known: \(VisibleText.line(why)); rules judged by what is known"
        case .unavailable(let why):
            reason = .stateUnavailable
            message = "there is no cluster state to judge by: \(VisibleText.line(why))"
        }
        guard policy.onStale != .off else { return }
        verdict.findings.append(
            Finding(
                rule: .clusterState,
                reason: reason,
                action: policy.onStale,
                field: "",
                message: message,
                remedy: "try again once the webhook has read the cluster again; see its /readyz"
            )
        )
    }
}
