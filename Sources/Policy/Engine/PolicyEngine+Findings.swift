internal import AgentRuns
internal import JSONPull

extension PolicyEngine {
    /// What all rules, or one, find in a run; what was already true of `old`, the object before an update, is only noted.
    func findings(_ review: RunUnderReview, old: AgentRun?, only: RuleID? = nil) -> [Finding] {
        if only == nil, !review.excesses.isEmpty, let findings = excessFindings(review, old: old) { return findings }
        var judged = judgedFindings(review, only: only)
        if judged.isEmpty { return [] }
        if let old {
            // By the same policy and state, as if created.
            let before = review.subject.with(old.with(status: .absent))
            let oldReview = RunUnderReview(before, state: review.state, now: review.now, policy: policy)
            Self.ratchet(&judged, knownFrom: judgedFindings(oldReview, only: only))
        }
        return judged.map(\.finding)
    }

    /// What is found in a run that is refused as too large, of which nothing else is judged; nil where it is not refused, and
    /// is judged like any other: nobody gets past a rule by being large.
    ///
    /// A template is refused nothing, so that a warning does. What a change to `spec` must not be costs no more than its bytes.
    private func excessFindings(_ review: RunUnderReview, old: AgentRun?) -> [Finding]? {
        var judged = judgedFindings(review, only: .parameters).filter { $0.reason == .tooLarge }
        let isTemplate = review.run.isTemplate(generation: policy.generation)
        let isEnough = isTemplate && judged.contains { $0.action >= .warn }
        if let old {
            let before = review.subject.with(old.with(status: .absent))
            let oldReview = RunUnderReview(before, state: review.state, now: review.now, policy: policy)
            if !oldReview.excesses.isEmpty {
                Self.ratchet(&judged, knownFrom: judgedFindings(oldReview, only: .parameters))
            }
        }
        guard isEnough || judged.contains(where: { $0.action == .deny }) else { return nil }
        review.isSetAside = true
        if isTemplate { judged += judgedFindings(review, only: .immutableSpec) }
        return judged.map(\.finding)
    }

    private func judgedFindings(_ review: RunUnderReview, only: RuleID?) -> [JudgedFinding] {
        let match = review.subject.match
        let isTemplate = review.run.isTemplate(generation: policy.generation)
        let isPast = review.subject.isPast
        var findings: [JudgedFinding] = []
        var collected = RuleFindings()
        for index in policy.rules.indices {
            // The policy keeps its rules alive and never changes: without this every call would retain rule and closure, 1% of
            // the instructions of a review.
            unsafe Unmanaged.passUnretained(policy.rules[index])._withUnsafeGuaranteedRef { rule in
                guard !isTemplate || rule.runsOnTemplates, !isPast || rule.runsOnPastRuns,
                    only == nil || rule.id == only
                else { return }
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

    /// What the policy makes of one rule's drafts, in the order of the rule's reasons; drafts of one reason and field are one
    /// finding.
    func resolve(
        _ collected: RuleFindings,
        _ actions: RuleActions,
        _ match: RequestMatch.Request,
        now: Timestamp,
        isTemplate: Bool
    ) -> [JudgedFinding] {
        var findings: [JudgedFinding] = []
        // A look-up, once there is something to be exempted; what is found is the same for all that a rule finds.
        var exemptions: Exemptions?
        // A stable sort: within a reason the rule's own order stays.
        for reason in actions.rule.reasons {
            var action = actions.action(of: reason, generation: policy.generation)
            if isTemplate { action = min(action, .warn) }
            if action == .off { continue }
            let first = findings.count
            var places: [FieldPath.Key?: Int] = [:]
            for draft in collected.drafts where draft.reason == reason {
                // Nearly always there is one, and no field to tell from others.
                let place = collected.drafts.count > 1 ? places[draft.field?.key] : nil
                if let place {
                    findings[place].add(draft, action: action)
                } else {
                    if collected.drafts.count > 1 { places[draft.field?.key] = findings.count }
                    findings.append(JudgedFinding(draft, of: actions.rule, action: action, note: actions.note))
                }
            }
            if findings.count == first { continue }
            let found = exemptions ?? self.exemptions(from: actions.rule, match, now: now)
            exemptions = found
            for index in findings.indices.dropFirst(first) { found.apply(to: &findings[index]) }
        }
        return findings
    }

    /// A rule that throws must not pass in silence.
    func failure(of rule: RuleID, _ error: any Error) -> JudgedFinding {
        let text = VisibleText.quoted(ExactString(String(describing: error)))
        let name = VisibleText.quoted(ExactString(policy.name))
        let draft = RuleFindings.Draft(
            reason: .ruleFailed,
            field: nil,
            message: "the rule \(rule.rawValue) could not judge this object: \(text)",
            remedy: "report this with the server's log; onError of policy \(name) decides what happens",
            values: []
        )
        return JudgedFinding(draft, of: rule, action: policy.onError)
    }

    /// What exempts the findings of one rule about one object.
    private struct Exemptions {
        /// The first in force.
        var current: Exemption?
        /// Those before it that have expired.
        var expired: [Exemption] = []

        /// Puts the finding under the exemption in force; expired ones are named in the message.
        func apply(to finding: inout JudgedFinding) {
            for exemption in expired { finding.noteExpired(exemption) }
            if let current { finding.exempt(by: current) }
        }
    }

    private func exemptions(from rule: RuleID, _ match: RequestMatch.Request, now: Timestamp) -> Exemptions {
        var exemptions = Exemptions()
        for number in policy.exemptionIndex.candidates(for: match) {
            let exemption = policy.exemptions[number]
            guard exemption.covers(rule, match) else { continue }
            if let expires = exemption.expires, now >= expires {
                exemptions.expired.append(exemption)
                continue
            }
            exemptions.current = exemption
            break
        }
        return exemptions
    }

    /// Makes `Audit`, at most, the values that are in `before`, too.
    static func ratchet(_ findings: inout [JudgedFinding], knownFrom before: [JudgedFinding]) {
        let known = Set(before.flatMap(\.identities))
        if known.isEmpty { return }
        for index in findings.indices { findings[index].ratchet(knowing: known) }
    }
}
