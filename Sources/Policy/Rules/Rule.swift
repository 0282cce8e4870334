internal import AgentRuns
internal import JSONPull

/// One policy check.
///
/// One rule, one file in a folder of `Rules/`, and a line in ``AllRules``.
protocol Rule: Sendable {
    /// What there is to say of it.
    static var descriptor: RuleDescriptor { get }

    /// Reads the rule's own keys from its entry in the policy; those it does not ask for are reported as unknown.
    init(options: inout PolicyEntry)

    /// Reports whatever the rule finds in `run`; an error becomes a finding of reason `RuleFailed`.
    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) throws

    /// Reports whatever the rule finds in an object of another kind; most rules know none.
    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) throws
}

extension Rule {
    /// Its place in ``AllRules``, looked up.
    static var id: RuleID { RuleID(descriptor) }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {}
}
