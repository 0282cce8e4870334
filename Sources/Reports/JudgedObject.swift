package import AdmissionAPI
package import JSONPull
package import Policy

/// A verdict and where its object is.
package struct JudgedObject {
    /// The file as given, or `-`.
    package let source: String
    /// Where in the file it starts.
    package let start: SourcePosition
    /// Whether it was judged as an API server sent it.
    package let isReview: Bool
    package let verdict: Verdict
    package let version: AdmissionReview.Version
    /// Where in the file the findings are, one each.
    package let positions: [SourcePosition]

    package init(
        source: String,
        start: SourcePosition,
        isReview: Bool = false,
        verdict: Verdict,
        version: AdmissionReview.Version = .v1,
        positions: [SourcePosition]
    ) {
        self.source = source
        self.start = start
        self.isReview = isReview
        self.verdict = verdict
        self.version = version
        self.positions = positions
    }

    /// What is judged: `AgentRun agents/one`, `UPDATE of AgentRun agents/one`.
    package var title: String {
        let object = verdict.object
        let namespace = object.namespace.isEmpty ? "" : "\(object.namespace.visible)/"
        let operation = isReview ? "\(verdict.operation.name.visible) of " : ""
        return "\(operation)\(object.kind.kind.visible) \(namespace)\(object.name.visible)"
    }

    /// What the webhook would say besides its findings, the findings that there is no room for included.
    var remarks: [String] { (verdict.omissionLine.map { [$0] } ?? []) + verdict.notices }

    /// Whether it makes the exit status a refusal.
    package func isFailing(on failOn: CheckReport.FailOn) -> Bool {
        !verdict.allowed || (failOn == .warn && !verdict.warnings.isEmpty)
    }
}
