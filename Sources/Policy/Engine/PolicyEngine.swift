package import AdmissionAPI
package import AgentRuns
package import JSONPull

/// Judges requests by a policy and what is known of the cluster: pure, synchronous, without a clock of its own.
///
/// The same bytes give the same verdict in the server and offline. A class, as a copy of its policy is 72 retains.
package final class PolicyEngine: Sendable {
    /// The API group that is judged.
    static let group: ExactString = "agents.proompteng.ai"
    /// Its version.
    static let version: ExactString = "v1alpha1"
    /// Both, as objects have them.
    package static let apiVersion = ExactString("\(group)/\(version)")

    package let policy: AdmissionPolicy

    package init(policy: AdmissionPolicy) {
        self.policy = policy
    }

    /// Judges a review.
    ///
    /// - Parameters:
    ///   - decoded: read from `body`.
    ///   - body: the bytes the review was decoded from.
    ///   - state: nil where there is no source of cluster state: what needs state then does not run.
    ///   - now: the time of the review.
    ///   - claimed: branches that could not be claimed, because other runs have them.
    /// - Returns: the verdict, with the branches to reserve if it admits a run.
    /// - Throws: `AdmissionReviewError` when the object a judgement needs is missing.
    package func judge(
        _ decoded: DecodedReview,
        body: UnsafeRawBufferPointer,
        state: (any ClusterLookup)?,
        now: Timestamp,
        claimed: [TakenBranch] = []
    ) throws(AdmissionReviewError) -> Verdict {
        let request = decoded.review.request
        let verdict = Verdict(
            uid: request.uid,
            operation: request.operation,
            dryRun: request.dryRun,
            object: Verdict.Object(kind: request.kind, namespace: request.namespace, name: request.name, uid: "")
        )
        verdict.policyDigest = policy.digest
        verdict.contact = policy.contact
        switch plan(for: request) {
        case .allow: break
        case .allowWithNotice: verdict.notices = [notice(about: request)]
        case .judge(.agentRun): try unsafe judgeRun(decoded, body, state, now, claimed, verdict)
        case .judge(let kind): try unsafe judgeObject(kind, decoded, body, now, verdict)
        }
        verdict.limitFindings()
        return verdict
    }

    /// What to do with a request, before its object is read (`RULES.md` section 2).
    private enum Plan {
        case allow
        case allowWithNotice
        case judge(JudgedKind)
    }

    private func plan(for request: AdmissionRequest) -> Plan {
        switch request.operation {
        case .delete, .connect: return .allow
        case .unknown: return .allowWithNotice
        case .create, .update: break
        }
        if !request.subResource.isEmpty { return .allow }
        return JudgedKind(request.resource).map { .judge($0) } ?? .allowWithNotice
    }

    private func notice(about request: AdmissionRequest) -> String {
        let resource = request.resource
        let group = resource.group.isEmpty ? "" : ".\(resource.group)"
        let name = ExactString("\(request.operation.name) of \(resource.resource)\(group)/\(resource.version)")
        return
            "agentrun-admission does not judge \(VisibleText.part(name)) (take it out of the webhook configuration's rules)"
    }

    private func judgeRun(
        _ decoded: DecodedReview,
        _ body: UnsafeRawBufferPointer,
        _ state: (any ClusterLookup)?,
        _ now: Timestamp,
        _ claimed: [TakenBranch],
        _ verdict: Verdict
    ) throws(AdmissionReviewError) {
        let request = decoded.review.request
        guard var run = decoded.object else { throw .missing("request.object") }
        let becomesRun =
            request.operation == .update && !run.isTemplate(generation: policy.generation)
            && decoded.oldObject?.isTemplate(generation: policy.generation) ?? false
        // The status a template carries is none of the run it becomes.
        if request.operation == .create || becomesRun { run = run.with(status: .absent) }
        verdict.object.uid = run.metadata.uid
        if verdict.object.name.isEmpty { verdict.object.name = run.metadata.name }
        if verdict.object.namespace.isEmpty { verdict.object.namespace = run.metadata.namespace }
        let subject = SubmittedRun(
            run: run,
            namespace: verdict.object.namespace,
            userInfo: request.userInfo,
            claimed: claimed
        )
        var (old, update): (AgentRun?, RunUpdate?)
        if request.operation == .update {
            guard let before = decoded.oldObject else { throw .missing("request.oldObject") }
            if run.metadata.isBeingDeleted || before.metadata.isBeingDeleted { return }
            let isChanged =
                unsafe decoded.withheld?.change?.isSpecChanged
                ?? !Self.isSpecUnchanged(body, run.specRange, before.specRange)
            if !isChanged, !becomesRun { return judgeLabels(subject, old: before, state: state, now: now, verdict) }
            if !becomesRun { old = before }
            update =
                unsafe decoded.withheld?.change.map { RunUpdate(of: before, changedFields: $0.fields) }
                ?? RunUpdate(body, from: before, to: run)
            update?.createsRun = becomesRun
        }
        let judged = judge(subject, old: old, update: update, state: state, now: now, verdict)
        verdict.judgedGeneration = run.metadata.generation
        if let standIn = decoded.withheld?.standIn {
            verdict.restsOnMeasuredText =
                !judged.isSetAside
                && (judged.restsOnMeasuredText(standIn) || restsOnMeasuredText(standIn, old, of: subject, state, now))
        }
        guard verdict.allowed, !request.dryRun else { return }
        let isCreate = request.operation == .create
        verdict.claims = old.map { claims(of: judged, old: $0) } ?? claims(of: judged)
        verdict.claims?.isUpdate = !isCreate
        if let claims = verdict.claims { claims.shared = Self.shared(claims.branches, verdict.findings) }
        guard isCreate || becomesRun, verdict.claims?.idempotencyKey != nil else { return }
        let keyIsShared = verdict.findings.contains { $0.rule == .idempotencyKey }
        verdict.claims?.isKeyExclusive = !keyIsShared && policy.isKeyExclusive(for: subject.match)
    }

    /// Those of `branches` that are another run's, too, and which the policy let pass.
    private static func shared(_ branches: [BranchKey], _ findings: [Finding]) -> Set<BranchKey> {
        let passed = findings.filter { $0.reason == .headBranchConflict }
        guard !passed.isEmpty else { return [] }
        let values = Set(passed.flatMap { $0.values.map(\.text) })
        return Set(branches.filter { values.contains($0.offendingValue) })
    }

    /// Whether the values at two places of `body` are equal as JSON; nil is an absent one.
    static func isSpecUnchanged(_ body: UnsafeRawBufferPointer, _ new: Range<Int>?, _ old: Range<Int>?) -> Bool {
        guard let new, let old else { return new == nil && old == nil }
        // Both were read before, so neither can fail to be JSON; taken as changed, all rules would run.
        let areEqual = unsafe try? JSONEquality.areEqual(
            UnsafeRawBufferPointer(rebasing: body[new]),
            UnsafeRawBufferPointer(rebasing: body[old])
        )
        return areEqual ?? false
    }
}
