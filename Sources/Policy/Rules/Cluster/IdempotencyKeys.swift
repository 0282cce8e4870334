internal import AgentRuns
internal import JSONPull

/// Another run of the same agent has the idempotency key (`controller-semantics.md` section 16).
struct IdempotencyKeys: Rule {
    static let descriptor = RuleDescriptor(
        id: "idempotency-key",
        title: "An idempotency key another run has",
        action: .deny,
        reasons: [.idempotencyKeyInUse, .idempotencyKeyCompleted],
        runsOnTemplates: false,
        runsOnPastRuns: false
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard let state = run.state, let key = run.run.idempotencyKey(in: run.namespace),
            let holders = state.holders(of: key, otherThan: run.subject.nameInState)
        else { return }
        let reason: Reason = holders.isInUse ? .idempotencyKeyInUse : .idempotencyKeyCompleted
        let field = FieldPath("spec.idempotencyKey")
        let name = VisibleText.quoted(ExactString("\(holders.first.namespace)/\(holders.first.name)"))
        let others = holders.count > 1 ? " and \(holders.count - 1) more" : ""
        let phase = VisibleText.word(holders.first.phase)
        findings.report(
            reason,
            field,
            "Duplicate value: \(VisibleText.quoted(key.key)) of Agent \(VisibleText.quoted(key.agent)) "
                + "\(holders.isInUse ? "is in use by" : "was used by") run \(name) (\(phase))\(others)",
            "use another key, or none",
            run.run.spec.idempotencyKey ?? key.key,
            ControllerOutcome(.idempotency, reason, type: "Duplicate")
        )
    }
}

extension RuleID {
    package static let idempotencyKey = IdempotencyKeys.id
}

extension ControllerOutcome.Check {
    static let idempotency = Self(20)
}

extension Reason {
    static let idempotencyKeyInUse = Reason(
        "IdempotencyKeyInUse",
        meaning: "another active run has the key",
        example: "idempotencyKey: nightly",
        fix: "wait, or use another key"
    )
    static let idempotencyKeyCompleted = Reason(
        "IdempotencyKeyCompleted",
        meaning: "a finished run has the key",
        example: "idempotencyKey: nightly",
        fix: "use another key"
    )
}
