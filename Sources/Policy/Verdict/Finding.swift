package import AgentRuns
internal import JSONPull

/// What a rule reports, with the action in force after overrides, caps, exemptions and ratcheting.
package struct Finding: Sendable {
    package var rule: RuleID
    package var reason: Reason
    package var action: Action
    /// Path of the field, `spec.parameters.head`; empty when the finding is about no single one.
    package var field: String
    /// The same exactly, as ``field`` cuts long keys; nil when the finding is about no single one.
    package var path: FieldPath?
    /// What is wrong: one line without control characters.
    package var message: String
    /// How to fix it.
    package var remedy: String
    /// What the operator says beside it, fit to print; empty for nothing.
    package var note = ""
    /// Name of the exemption that made it `Audit`.
    package var exemption: String?
    /// Who answers for that one.
    package var exemptionContact = ExemptionContact()
    /// Whether all of it was already true of the old object.
    package var isRatcheted = false
    /// What the controller would do about it, if it would.
    var outcomes: [ControllerOutcome] = []
    /// What it is about; empty where it is about no value.
    var values: [Value] = []

    /// One of the values a finding is about: a secret, say.
    struct Value: Sendable {
        /// What tells it from others, exactly.
        let text: ExactString
        /// What the policy makes of this one.
        var action: Action
        /// Whether it was already true of the old object.
        var isRatcheted = false
    }

    /// Message and remedy.
    package var explanation: String { "\(message) (\(remedy))" }

    /// As a person reads it: the reason, where, what and how to fix it.
    package var line: String {
        field.isEmpty ? "[\(reason.rawValue)] \(explanation)" : "[\(reason.rawValue)] \(field): \(explanation)"
    }
}
