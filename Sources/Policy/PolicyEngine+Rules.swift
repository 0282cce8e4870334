internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

extension PolicyEngine {
    /// A run with what overrides and exemptions match.
    ///
    /// A class because every judgement of the run shares it.
    final class Subject: Sendable {
        let run: AgentRun
        let match: RequestMatch.Subject
        /// See ``RunUnderReview/claimed``.
        let claimed: TakenBranch?

        var namespace: ExactString { match.namespace }
        var userInfo: UserInfo { match.userInfo }

        init(run: AgentRun, namespace: ExactString, userInfo: UserInfo, claimed: TakenBranch? = nil) {
            self.run = run
            self.claimed = claimed
            let name = run.metadata.name.isEmpty ? run.metadata.generateName : run.metadata.name
            match = RequestMatch.Subject(namespace: namespace, name: name, userInfo: userInfo)
        }

        /// Another run in the same namespace of the same user.
        func with(_ run: AgentRun) -> Subject {
            Subject(run: run, namespace: namespace, userInfo: userInfo)
        }
    }

    /// Runs all rules and explains the verdict.
    ///
    /// What was already true of `old`, the object before an update, is only noted. Returns the run as it was judged.
    @discardableResult
    func judge(
        _ subject: Subject,
        old: AgentRun?,
        update: RunUpdate?,
        state: (any ClusterLookup)?,
        now: Timestamp,
        _ verdict: Verdict
    ) -> RunUnderReview {
        let review = RunUnderReview(subject, state: state, now: now, policy: policy, update: update)
        verdict.findings = findings(review)
        if let old, !verdict.findings.isEmpty { ratchet(&verdict.findings, old, subject, state, now) }
        verdict.explanation.describe(review)
        verdict.explanation.predicted =
            ControllerOutcome.first(of: verdict.findings.compactMap(\.outcome), run: review)?.text
        if let state {
            let condition = state.condition(in: subject.namespace, bindings: policy.requiresSecretBindings)
            addStateCondition(condition, to: verdict)
        }
        return review
    }

    /// Judges an update that leaves the spec alone: only changed labels, and of those only what is new.
    func judgeLabels(
        _ subject: Subject,
        old: AgentRun,
        state: (any ClusterLookup)?,
        now: Timestamp,
        _ verdict: Verdict
    ) {
        let (labels, before) = (subject.run.metadata.labels, old.metadata.labels)
        guard labels != before, Set(labels) != Set(before) else { return }
        let review = RunUnderReview(subject, state: state, now: now, policy: policy)
        verdict.findings = findings(review, only: .labelPolicy)
        if !verdict.findings.isEmpty {
            ratchet(&verdict.findings, old, subject, state, now, only: .labelPolicy)
        }
        verdict.explanation.predicted =
            ControllerOutcome.first(of: verdict.findings.compactMap(\.outcome), run: review)?.text
    }

    /// The branches and the key an admitted run takes; nil when it takes none.
    func claims(of review: RunUnderReview) -> BranchClaims? {
        let subject = review.subject
        guard review.state != nil, !subject.run.metadata.name.isEmpty,
            subject.run.standing(generation: policy.generation).needsClaims,
            !subject.run.isTemplate(generation: policy.generation)
        else { return nil }
        var branches: [BranchKey] = []
        for claim in review.claimedBranches where !branches.contains(claim.key) { branches.append(claim.key) }
        let key = subject.run.idempotencyKey(in: subject.namespace)
        guard !branches.isEmpty || key != nil else { return nil }
        return BranchClaims(
            namespace: subject.namespace,
            name: subject.run.metadata.name,
            uid: subject.run.metadata.uid,
            branches: branches,
            idempotencyKey: key,
            createdAt: review.now,
            scope: policy.branchScope(for: subject.match)
        )
    }

    /// The branches an admitted UPDATE takes beyond those the run has; nil when there are none.
    ///
    /// `old` is the object before; nil for a template, which had none.
    func claims(of review: RunUnderReview, old: AgentRun?) -> BranchClaims? {
        guard let claims = claims(of: review), !claims.branches.isEmpty else { return nil }
        if let old, old.standing(generation: policy.generation).needsClaims {
            let before = RunUnderReview(review.subject.with(old), state: review.state, now: review.now, policy: policy)
            let had = before.claimedBranches
            claims.kept = claims.branches.filter { branch in had.contains { $0.key == branch } }
        }
        claims.isUpdate = true
        return claims.kept.count < claims.branches.count ? claims : nil
    }

    // MARK: Findings

    private func findings(_ review: RunUnderReview, only: RuleID? = nil) -> [Finding] {
        let match = review.subject.match
        let isTemplate = review.run.isTemplate(generation: policy.generation)
        var findings: [Finding] = []
        var collected = RuleFindings()
        for index in policy.rules.indices {
            // The policy keeps its rules alive and never changes: without this every call would retain rule and closure.
            unsafe Unmanaged.passUnretained(policy.rules[index])._withUnsafeGuaranteedRef { rule in
                guard !isTemplate || rule.id.runsOnTemplates, only == nil || rule.id == only else { return }
                do {
                    guard let actions = try rule.checkRun(review, match, &collected) else { return }
                    let isCapped = isTemplate && (rule.id != .immutableSpec || review.staysTemplate)
                    findings += resolve(collected, actions, match, now: review.now, isTemplate: isCapped)
                } catch {
                    if policy.onError != .off { findings.append(failure(of: rule.id, error)) }
                }
                collected = RuleFindings()
            }
        }
        return findings
    }

    /// What the policy makes of one rule's findings, in the order of the rule's reasons.
    func resolve(
        _ collected: RuleFindings,
        _ actions: RuleActions,
        _ match: RequestMatch.Subject,
        now: Timestamp,
        isTemplate: Bool
    ) -> [Finding] {
        // A stable sort: within a reason the rule's own order stays.
        let drafts = actions.rule.reasons.flatMap { reason in collected.drafts.filter { $0.reason == reason } }
        return drafts.compactMap { draft in
            var action = min(actions.action(of: draft.reason, generation: policy.generation), draft.cap)
            if isTemplate { action = min(action, .warn) }
            guard action != .off else { return nil }
            return exempted(finding(draft, actions.rule, action), match, now: now)
        }
    }

    private func finding(_ draft: RuleFindings.Draft, _ id: RuleID, _ action: Action) -> Finding {
        let identity = draft.field?.identity ?? ""
        return Finding(
            rule: id,
            reason: draft.reason,
            action: action,
            field: draft.field?.text ?? "",
            path: draft.field,
            message: draft.message,
            remedy: draft.remedy,
            outcome: draft.outcome,
            identities: draft.values.map { Finding.Identity(reason: draft.reason, field: identity, value: $0) }
        )
    }

    /// A rule that throws must not pass in silence.
    func failure(of rule: RuleID, _ error: any Error) -> Finding {
        let text = QuotedName.quote(ExactString(String(describing: error)))
        return Finding(
            rule: rule,
            reason: .ruleFailed,
            action: policy.onError,
            field: "",
            message: "the rule \(rule.rawValue) could not judge this object: \(text)",
            remedy: "report this with the server's log; onError of policy \"\(policy.name)\" decides what happens",
            identities: []
        )
    }

    /// `verdict` for a run whose branches changed hands faster than it could be judged: what `onError` says.
    package func contended(_ verdict: Verdict) -> Verdict {
        struct Contention: Error, CustomStringConvertible {
            let description = "the branch changed hands again and again while this was judged; try again"
        }
        let verdict = Verdict(copying: verdict)
        verdict.claims = nil
        if policy.onError != .off { verdict.findings.append(failure(of: .headBranchConflict, Contention())) }
        return verdict
    }

    /// The finding under the first exemption in force that covers it; an expired one is named in the message.
    private func exempted(_ finding: Finding, _ match: RequestMatch.Subject, now: Timestamp) -> Finding {
        var finding = finding
        for number in policy.exemptionIndex.candidates(for: match) {
            let exemption = policy.exemptions[number]
            guard exemption.covers(finding.rule, match) else { continue }
            if let expires = exemption.expires, now >= expires {
                finding.message += "; exemption \(QuotedName.quote(exemption.name)) has expired"
                continue
            }
            finding.action = min(finding.action, .audit)
            finding.exemption = exemption.name.string
            return finding
        }
        return finding
    }

    // MARK: Ratcheting

    /// Downgrades to `Audit` what was already true of the old object, judged by the same policy and state.
    private func ratchet(
        _ findings: inout [Finding],
        _ old: AgentRun,
        _ subject: Subject,
        _ state: (any ClusterLookup)?,
        _ now: Timestamp,
        only: RuleID? = nil
    ) {
        let before = subject.with(old.with(status: .absent))
        let review = RunUnderReview(before, state: state, now: now, policy: policy)
        Self.downgrade(&findings, knownFrom: self.findings(review, only: only))
    }

    /// Downgrades to `Audit` those of `findings` whose every value is in `before`, too.
    static func downgrade(_ findings: inout [Finding], knownFrom before: [Finding]) {
        let known = Set(before.flatMap(\.identities))
        for index in findings.indices {
            let identities = findings[index].identities
            guard !identities.isEmpty, identities.allSatisfy(known.contains) else { continue }
            findings[index].action = min(findings[index].action, .audit)
            findings[index].isRatcheted = true
        }
    }

    // MARK: What else is said

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
            message = "part of the cluster state is not known: \(why); rules judged by what is known"
        case .unavailable(let why):
            reason = .stateUnavailable
            message = "there is no cluster state to judge by: \(why)"
        }
        guard policy.onStale != .off else { return }
        verdict.findings.append(
            Finding(
                rule: .clusterState,
                reason: reason,
                action: policy.onStale,
                field: "",
                message: message,
                remedy: "try again once the webhook has read the cluster again; see its /readyz",
                identities: []
            )
        )
    }
}
