package import AdmissionAPI
package import JSONPull
package import Policy

/// A verdict and where its object is.
package struct JudgedObject {
    /// The file as given, or `-`; of an object that an API server has its path there.
    package let source: String
    /// Where in the file it starts.
    package let start: SourcePosition
    /// Whether it is in a file: only then there are lines and columns to be told.
    package let isInFile: Bool
    /// Whether it was judged as an API server sent it.
    package let isReview: Bool
    package let verdict: Verdict
    package let version: AdmissionReview.Version
    /// Where in the file the findings are, one each.
    package let positions: [SourcePosition]
    /// What is said of it: by the API server itself, then by the rules.
    package private(set) var told: [ToldFinding]
    /// How many of them are the API server's.
    private let apiServerCount: Int

    package init(
        source: String,
        start: SourcePosition,
        isInFile: Bool = true,
        isReview: Bool = false,
        verdict: Verdict,
        version: AdmissionReview.Version = .v1,
        positions: [SourcePosition],
        patches: [JSONPatch] = [],
        apiServer: [ToldFinding] = []
    ) {
        self.source = source
        self.start = start
        self.isInFile = isInFile
        self.isReview = isReview
        self.verdict = verdict
        self.version = version
        self.positions = positions
        apiServerCount = apiServer.count
        let patches = patches.isEmpty ? verdict.findings.map { _ in JSONPatch() } : patches
        told = apiServer + zip(verdict.findings, zip(positions, patches)).map { ToldFinding($0, at: $1.0, patch: $1.1) }
    }

    /// The verdict on an object that an API server has at `path`.
    package init(existingAt path: String, verdict: Verdict) {
        let nowhere = SourcePosition(line: 1, column: 1)
        self.init(
            source: path,
            start: nowhere,
            isInFile: false,
            verdict: verdict,
            positions: verdict.findings.map { _ in nowhere }
        )
    }

    /// `12:3`, where a finding is; empty for one of an object that is in no file.
    func place(of finding: ToldFinding) -> String {
        isInFile ? "\(finding.position.line):\(finding.position.column)" : ""
    }

    /// `run.yaml:12:3`, the same with the file; the path of an object that is in no file.
    func fullPlace(of finding: ToldFinding) -> String {
        isInFile ? "\(source):\(place(of: finding))" : source
    }

    /// `run.yaml:12`, where the object is.
    var fullPlace: String { isInFile ? "\(source):\(start.line)" : source }

    /// What the API server would say without any webhook.
    var apiServer: ArraySlice<ToldFinding> { told[..<apiServerCount] }

    /// What the rules say.
    package var ruleFindings: ArraySlice<ToldFinding> { told[apiServerCount...] }

    /// Whether neither a rule nor the API server itself refuses it.
    package var isAllowed: Bool { verdict.allowed && !apiServer.contains { $0.action == .deny } }

    /// Whether anything is warned of.
    var hasWarnings: Bool { !verdict.warnings.isEmpty || apiServer.contains { $0.action == .warn } }

    /// Adds what stands where findings are; `excerpt` is asked for each.
    package mutating func addExcerpts(_ excerpt: (SourcePosition, _ field: String) -> SourceExcerpt?) {
        for index in told.indices where told[index].action == .deny || told[index].action == .warn {
            told[index].excerpt = excerpt(told[index].position, told[index].field)
        }
    }

    /// Adds how the text is changed where findings can be put right; `fix` is asked for each that can.
    package mutating func addFixes(_ fix: (JSONPatch) -> SourceFix?) {
        for index in told.indices {
            let patch = told[index].patch.isEmpty ? told[index].guess : told[index].patch
            if !patch.isEmpty { told[index].fix = fix(patch) }
        }
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
        !isAllowed || (failOn == .warn && hasWarnings)
    }
}
