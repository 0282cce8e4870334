internal import AgentRuns
internal import JSONPull

/// Parts of the spec that must not change once the controller has taken the run on (`controller-semantics.md`
/// section 15).
struct ImmutableSpec: Rule {
    static let descriptor = RuleDescriptor(
        id: "immutable-spec",
        title: "A spec that changes after the controller has taken it on",
        action: .deny,
        reasons: [.specImmutableViolation],
        options: [Keys.strict]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let strict = RuleOption("strict", "also parameters and workload", default: false)
    }

    /// Whether what the controller reads again for every step counts, too.
    private let isStrict: Bool

    init(options entry: inout PolicyEntry) {
        isStrict = entry.boolean(Keys.strict)
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard let update = run.update, !update.changedFields.isEmpty, isLocked(run, update.oldStatus) else { return }
        for field in update.changedFields where isSnapshot(field, run.generation) || (isStrict && isExtra(field)) {
            let path = FieldPath("spec").member(ExactString(field.rawValue))
            let draft = RuleFindings.Draft(
                reason: .specImmutableViolation,
                field: path,
                message: "Forbidden: it must not change any more: \(Self.why(update.oldStatus))",
                remedy: "undo the change, or create another run",
                values: [ExactString(field.rawValue)],
                outcome: isExtra(field) ? nil : ControllerOutcome(.immutability, .specImmutableViolation)
            )
            findings.report(draft)
        }
    }

    /// Templates that stay templates are left alone, and with some controllers runs that are over.
    private func isLocked(_ run: RunUnderReview, _ status: AgentRun.Status) -> Bool {
        guard status.mayBeLocked, !run.staysTemplate else { return false }
        if run.generation.locksFinishedRuns { return true }
        return status.phase.map { !["Succeeded", "Failed", "Cancelled"].contains($0) } ?? true
    }

    /// Whether the controller compares the field.
    private func isSnapshot(_ field: RunUpdate.Field, _ generation: Generation) -> Bool {
        switch field {
        case .goal: generation.locksGoal
        case .parameters, .workload: false
        default: true
        }
    }

    private func isExtra(_ field: RunUpdate.Field) -> Bool { field == .parameters || field == .workload }

    private static func why(_ status: AgentRun.Status) -> String {
        guard let phase = status.phase, phase != "Pending" else { return "the controller has accepted the run" }
        return "the run is in phase \(VisibleText.quoted(phase))"
    }
}

extension RuleID {
    package static let immutableSpec = ImmutableSpec.id
}

extension ControllerOutcome.Check {
    static let immutability = Self(10)
}

extension Reason {
    static let specImmutableViolation = Reason(
        "SpecImmutableViolation",
        meaning: "the controller has taken the spec on",
        example: "agentRef changed while the run is Running",
        fix: "create a new run"
    )
}
