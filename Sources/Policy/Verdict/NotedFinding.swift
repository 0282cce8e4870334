internal import JSONPull

/// A finding with what the operator says beside it, as it is told among others.
struct NotedFinding {
    private let finding: Finding
    /// Empty where it is told already.
    private let note: String

    /// The finding with its note.
    init(_ finding: Finding) { (self.finding, note) = (finding, finding.note) }

    private init(_ finding: Finding, note: String) { (self.finding, self.note) = (finding, note) }

    /// Findings of one verdict, in its order: a rule's note is told once, with the first of them.
    static func all(_ findings: [Finding]) -> [NotedFinding] {
        var last: RuleID?
        return findings.map { finding in
            defer { last = finding.rule }
            return NotedFinding(finding, note: last == finding.rule ? "" : finding.note)
        }
    }

    /// As a person reads it: the reason, where, what, how to fix it, and the note.
    var line: String { finding.line + end }

    /// Without reason and field, which stand beside it in a cause.
    var explanation: String { finding.explanation + end }

    private var end: String { note.isEmpty ? "" : "; note: \(note)" }

    /// With the note behind it, in a warning of its own where both are too long for one.
    var warning: WarningBudget.Warning {
        if note.isEmpty || line.unicodeScalars.count <= WarningBudget.maximumLength { return .init(text: line) }
        return WarningBudget.Warning(text: finding.line, note: "note on \(finding.rule.rawValue): \(note)")
    }
}
