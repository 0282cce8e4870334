internal import AgentRuns
internal import JSONPull

/// Collects what one rule reports on one object.
struct RuleFindings {
    /// What a rule reports of one or more values at a field, before it is known what the policy makes of them.
    ///
    /// Drafts of one reason and field become one finding: a rule reports every value, whatever it has reported before.
    struct Draft {
        var reason: Reason
        var field: FieldPath?
        /// What is wrong with ``values``.
        var message: String
        var remedy: String
        /// What the draft is about; each is capped and ratcheted by itself.
        var values: [ExactString]
        /// The severest action the catalogue lets the values have.
        var cap = Action.deny
        /// The same of single values, where they differ.
        var caps: [ExactString: Action] = [:]
        var outcome: ControllerOutcome?
        /// ``message`` for some of the values, where an UPDATE brings only some of them; nil where it names none.
        var wording: Wording?
    }

    /// Says of some values what is wrong with them.
    typealias Wording = @Sendable (_ values: [ExactString]) -> String

    private(set) var drafts: [Draft] = []

    /// Adds a draft to those of the same reason and field.
    mutating func report(_ draft: Draft) { drafts.append(draft) }

    /// Adds a draft about one value at one field.
    ///
    /// - Parameters:
    ///   - reason: why.
    ///   - field: where.
    ///   - message: what is wrong.
    ///   - remedy: how to fix it.
    ///   - value: what the finding is about.
    ///   - outcome: what the controller makes of it, if anything.
    mutating func report(
        _ reason: Reason,
        _ field: FieldPath,
        _ message: String,
        _ remedy: String,
        _ value: ExactString,
        _ outcome: ControllerOutcome? = nil
    ) {
        let draft = Draft(
            reason: reason,
            field: field,
            message: message,
            remedy: remedy,
            values: [value],
            outcome: outcome
        )
        report(draft)
    }
}
