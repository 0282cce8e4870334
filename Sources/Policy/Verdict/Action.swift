/// What a finding does, in the words of ValidatingAdmissionPolicy, mildest first.
package enum Action: String, Sendable, CaseIterable, Comparable {
    /// The finding is dropped.
    case off = "Off"
    /// Admitted; only in audit annotations, metrics and the decision log.
    case audit = "Audit"
    /// Admitted; the finding becomes a warning.
    case warn = "Warn"
    /// The review is refused.
    case deny = "Deny"

    package static func < (lhs: Action, rhs: Action) -> Bool { lhs.severity < rhs.severity }

    private var severity: Int {
        switch self {
        case .off: 0
        case .audit: 1
        case .warn: 2
        case .deny: 3
        }
    }
}
