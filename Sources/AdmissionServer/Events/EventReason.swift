/// Why there is an Event: its `reason`, and what goes with it.
package enum EventReason: String, CaseIterable, Sendable {
    /// An object was admitted, and whoever wrote it was warned.
    case admittedWithWarnings = "AdmittedWithWarnings"
    /// A run was refused.
    case runDenied = "RunDenied"
    /// A definition that runs refer to was refused.
    case definitionDenied = "DefinitionDenied"
    /// A run has a branch that was claimed for another one.
    case branchTakenOver = "BranchTakenOver"
    /// The claim of a run on a branch was removed.
    case branchReleased = "BranchReleased"
    /// A stored run of which no review is known.
    case foundUnreviewed = "FoundUnreviewed"

    /// `type`.
    var type: String {
        switch self {
        case .admittedWithWarnings, .runDenied, .definitionDenied, .foundUnreviewed: "Warning"
        case .branchTakenOver, .branchReleased: "Normal"
        }
    }

    /// `action`: what the webhook did.
    var action: String {
        switch self {
        case .admittedWithWarnings: "Admit"
        case .runDenied, .definitionDenied: "Deny"
        case .branchTakenOver: "TakeOver"
        case .branchReleased: "Release"
        case .foundUnreviewed: "Audit"
        }
    }
}

/// Why an Event was not written.
package enum EventDrop: String, CaseIterable, Sendable {
    /// More happened at once than is kept.
    case queueFull = "queue_full"
    /// More happened in a namespace, or in all of them, than is written.
    case rate
    /// The webhook may not write Events there.
    case forbidden
    /// The namespace is gone, or about to be.
    case namespace
    /// The API server would not have it, or could not be asked for too long.
    case failed
    /// The object has no name or uid that an API server would give it.
    case unfit
    /// The process has ended before.
    case stopped
}
