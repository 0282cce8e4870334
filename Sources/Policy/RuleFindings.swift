internal import AgentRuns
internal import JSONPull

/// Collects what one rule reports on one run.
struct RuleFindings {
    /// A finding before it is known what the policy makes of it.
    struct Draft {
        var reason: Reason
        var field: FieldPath?
        var message: String
        var remedy: String
        /// What the finding is about; of several one each.
        var values: [ExactString]
        /// The severest action the catalogue lets it have.
        var cap = Action.deny
        var outcome: ControllerOutcome?
    }

    private(set) var drafts: [Draft] = []
    private var seen: Set<Place> = []

    /// What only one finding is about.
    private struct Place: Hashable {
        var reason: Reason
        var field: FieldPath.Key?
    }

    /// Adds a finding unless its reason was already reported at its field.
    mutating func report(_ draft: @autoclosure () -> Draft, _ reason: Reason, at field: FieldPath?) {
        guard seen.insert(Place(reason: reason, field: field?.key)).inserted else { return }
        drafts.append(draft())
    }
}
