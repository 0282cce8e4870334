internal import AgentRuns
internal import JSONPull

/// One policy check.
///
/// One rule, one file in `Rules/`.
protocol Rule: Sendable {
    static var id: RuleID { get }

    /// Reads the rule's own keys from its entry in the policy; those it does not ask for are reported as unknown.
    init(options: inout PolicyEntry)

    /// Reports whatever the rule finds in `run`; an error becomes a finding of reason `RuleFailed`.
    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) throws

    /// Reports whatever the rule finds in an object of another kind; most rules know none.
    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) throws
}

extension Rule {
    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {}

    /// Reports one value at one field.
    ///
    /// - Parameters:
    ///   - reason: why.
    ///   - field: where.
    ///   - message: what is wrong.
    ///   - remedy: how to fix it.
    ///   - value: what the finding is about.
    ///   - outcome: what the controller makes of it, if anything.
    ///   - findings: gets the finding.
    func report(
        _ reason: Reason,
        _ field: FieldPath,
        _ message: String,
        _ remedy: String,
        _ value: ExactString,
        _ outcome: ControllerOutcome?,
        _ findings: inout RuleFindings
    ) {
        let draft = RuleFindings.Draft(
            reason: reason,
            field: field,
            message: message,
            remedy: remedy,
            values: [value],
            outcome: outcome
        )
        findings.report(draft)
    }
}

extension RuleID {
    /// Whether the rule runs on an export of the past, which takes no branch, key or place in a queue any more.
    var runsOnPastRuns: Bool {
        switch self {
        case .headBranchConflict, .idempotencyKey, .limits: false
        default: true
        }
    }

    /// Whether the rule runs on a template of the 2026-08 controller.
    var runsOnTemplates: Bool {
        switch self {
        case .labelLength, .headBranchConflict, .idempotencyKey, .limits: false
        default: true
        }
    }
}
