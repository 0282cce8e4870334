package import CustomResources
package import JSONPull
package import Policy

/// A finding as reports tell it: of a rule of the policy, or of what the API server itself would say.
package struct ToldFinding: Sendable {
    /// The rule's id; `api-server` for what is no rule's.
    package let rule: String
    package let reason: String
    package let action: Action
    package let field: String
    package let message: String
    package let remedy: String
    /// What the operator says beside it; empty for nothing.
    package let note: String
    package let exemption: String?
    /// `owner ops, ticket OPS-4711` of the exemption; empty where nobody says.
    package let exemptionContact: String
    package let isRatcheted: Bool
    /// Where in the file it is.
    package let position: SourcePosition
    /// What was probably meant, of an unknown name or an unsupported value.
    package let suggestion: String?
    /// What puts it right without a decision; empty where only a person can.
    package let patch: JSONPatch
    /// What was probably meant, as a patch: somebody has to look at it.
    package let guess: JSONPatch
    /// How the text is changed for either; nil where nobody asked, or where it is written in a way that cannot be changed by
    /// itself.
    package var fix: SourceFix?
    /// What stands there; nil where that is not known.
    package var excerpt: SourceExcerpt?

    init(_ finding: Finding, at position: SourcePosition, patch: JSONPatch = JSONPatch()) {
        (rule, reason, action) = (finding.rule.rawValue, finding.reason.rawValue, finding.action)
        (field, message, remedy, note) = (finding.field, finding.message, finding.remedy, finding.note)
        (exemption, isRatcheted, suggestion) = (finding.exemption, finding.isRatcheted, nil)
        exemptionContact = finding.exemptionContact.text
        (self.position, self.patch, guess) = (position, patch, JSONPatch())
    }

    /// What the API server would say.
    ///
    /// `pointer` is where the fault is, as a JSON Pointer; nil when that is not known.
    package init(_ fault: SchemaFault, at position: SourcePosition, pointer: String? = nil) {
        let reason = APIServerReason(fault.kind)
        (rule, self.reason, action) = (APIServerReason.rule, reason.rawValue, reason.action)
        (field, message, remedy, note) = (fault.field, fault.message, fault.remedy, "")
        (exemption, exemptionContact, isRatcheted, suggestion) = (nil, "", false, fault.suggestion)
        (self.position, patch) = (position, JSONPatch())
        guess = Self.guess(fault, at: pointer)
    }

    private static func guess(_ fault: SchemaFault, at pointer: String?) -> JSONPatch {
        guard let pointer, let suggestion = fault.suggestion else { return JSONPatch() }
        guard fault.kind == .unknownField else { return JSONPatch([.replace(path: pointer, value: suggestion)]) }
        let slash = pointer.utf8.lastIndex(of: UInt8(ascii: "/")) ?? pointer.startIndex
        let parent = Substring(pointer.utf8[..<slash])
        return JSONPatch([.move(from: pointer, path: "\(parent)/\(JSONPointer.token(suggestion))")])
    }

    /// Message, remedy and the operator's note.
    package var explanation: String { "\(message) (\(remedy))\(note.isEmpty ? "" : "; note: \(note)")" }

    /// As a person reads it: the reason, where, what, how to fix it and what the operator says.
    var line: String { field.isEmpty ? "[\(reason)] \(explanation)" : "[\(reason)] \(field): \(explanation)" }

    /// The exemption that covers it, and who answers for that; nil where none does.
    var justification: String? {
        exemption.map { "exemption \($0)\(exemptionContact.isEmpty ? "" : ": \(exemptionContact)")" }
    }

    /// Why it is no worse than it is.
    var mitigation: String {
        if let justification { return " [\(justification)]" }
        return isRatcheted ? " [already so before the update]" : ""
    }
}

/// Why the API server would refuse an object, or say something of it, without a rule of the policy.
package enum APIServerReason: String, CaseIterable, Sendable {
    case invalidField = "InvalidField"
    case unknownField = "UnknownField"
    case notChecked = "NotChecked"

    /// What stands in the place of a rule's id.
    package static let rule = "api-server"

    init(_ kind: SchemaFault.Kind) {
        switch kind {
        case .invalid: self = .invalidField
        case .unknownField: self = .unknownField
        case .notChecked: self = .notChecked
        }
    }

    package var action: Action {
        switch self {
        case .invalidField: .deny
        case .unknownField: .warn
        case .notChecked: .audit
        }
    }

    package var meaning: String {
        switch self {
        case .invalidField: "the API server refuses the object for a value, before any webhook is asked"
        case .unknownField:
            "the API server drops a field that it does not know, and kubectl's strict validation ends with an error"
        case .notChecked: "the API server checks something that is not checked here"
        }
    }

    package var example: String {
        switch self {
        case .invalidField: "`spec.runtime.type: Job`, or a label with a space in it"
        case .unknownField: "`spec.paramters`"
        case .notChecked: "a rule in CEL with a function that is not known here"
        }
    }

    package var fix: String {
        switch self {
        case .invalidField: "write a value that the definition of the kind allows"
        case .unknownField: "correct the name of the field, or remove it"
        case .notChecked: "run `kubectl apply --dry-run=server`"
        }
    }
}
