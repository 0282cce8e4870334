package import JSONPull

/// Whether a run works, may yet, or has (`RULES.md` section 3.2).
package enum RunStanding: Sendable {
    /// The controller works on it, or will.
    case active
    /// The same, though it carries the template annotation: what it has it keeps, whatever its spec says since.
    case annotated
    /// It carries the template annotation and nobody works on it.
    ///
    /// Never over, whatever its phase: without the annotation it is a new run.
    case template
    /// It is no template any more, but has phase `Template` until the controller writes anew.
    case becoming
    /// Its phase is a final one.
    case over

    /// What `RULES.md` calls active.
    package var isActive: Bool { self == .active || self == .annotated }

    /// Whether what was claimed for the run stays claimed: it works with it, or may any moment.
    package var needsClaims: Bool { isActive || self == .becoming }

    /// Whether nothing follows that phase.
    package static func isFinal(phase: ExactString) -> Bool {
        switch phase.asciiLowercased.string {
        case "succeeded", "failed", "cancelled", "canceled": true
        default: false
        }
    }
}

extension AgentRun {
    /// Where the run stands by its phase and annotation.
    package func standing(generation: Generation) -> RunStanding {
        let phase = phaseKind
        if isTemplate(generation: generation) { return phase == .other ? .annotated : .template }
        switch phase {
        case .none, .other: return .active
        case .template: return .becoming
        case .final: return .over
        }
    }

    private enum PhaseKind {
        case none
        case final
        case template
        case other
    }

    private var phaseKind: PhaseKind {
        guard let phase = status.phase else { return .none }
        if RunStanding.isFinal(phase: phase) { return .final }
        return phase.asciiLowercased == "template" ? .template : .other
    }
}
