import AdmissionAPI
import AgentRuns
import JSONPull
import Reports

@testable import Policy

/// A verdict with findings of these actions, in this order.
func verdict(
    _ actions: Action...,
    name: ExactString = "one",
    message: String = "is wrong",
    note: String = ""
) -> Verdict {
    let verdict = Verdict(
        uid: "u-1",
        operation: .create,
        dryRun: false,
        object: .init(
            kind: GroupVersionKind(group: "agents.proompteng.ai", version: "v1alpha1", kind: "AgentRun"),
            namespace: "agents",
            name: name,
            uid: ""
        )
    )
    verdict.findings = actions.map { action in
        Finding(
            rule: .labelPolicy,
            reason: .missingRequiredLabels,
            action: action,
            field: "metadata.labels",
            message: message,
            remedy: "mend it",
            note: note
        )
    }
    return verdict
}

/// The verdict as of an object at the start of `file`, each finding a line further down.
func judged(_ verdict: Verdict, in file: String = "runs.yaml", isReview: Bool = false) -> JudgedObject {
    JudgedObject(
        source: file,
        start: SourcePosition(line: 1, column: 1),
        isReview: isReview,
        verdict: verdict,
        positions: verdict.findings.indices.map { SourcePosition(line: $0 + 2, column: 3) }
    )
}

extension PrintedReport {
    /// What goes to standard output in a format.
    func output(_ format: OutputFormat, _ options: PrintOptions = PrintOptions()) -> String? {
        OutputForm<Self>(named: format.rawValue).map { String(decoding: $0.output(self, options), as: UTF8.self) }
    }
}
