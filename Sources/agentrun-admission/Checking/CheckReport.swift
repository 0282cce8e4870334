internal import AdmissionAPI
internal import ClusterState
internal import JSONPull
internal import Policy

/// What `check` found, and how it is told.
struct CheckReport {
    /// A verdict and where its object is.
    struct Entry {
        let item: CheckItem
        let verdict: Verdict
        let version: AdmissionReview.Version

        /// What is judged: `AgentRun agents/one`, `UPDATE of AgentRun agents/one`.
        var title: String {
            let object = verdict.object
            let namespace = object.namespace.isEmpty ? "" : "\(object.namespace.visible)/"
            let operation = item.kind == .review ? "\(verdict.operation.name.visible) of " : ""
            return "\(operation)\(object.kind.kind.visible) \(namespace)\(object.name.visible)"
        }

        /// Where in the file the findings are, one each.
        var positions: [SourcePosition] { item.positions(of: verdict.findings) }

        /// Whether it makes the exit code 1.
        func isFailing(on failure: CheckCommand.Failure) -> Bool {
            !verdict.allowed || (failure == .warn && !verdict.warnings.isEmpty)
        }
    }

    /// Whether objects of kinds that are neither judged nor looked up are errors.
    let isStrict: Bool
    private(set) var entries: [Entry] = []
    private(set) var skipped = 0
    /// What could not be read or judged.
    private(set) var errors: [ManifestProblem] = []
    /// What reads, but hardly as it was meant.
    private(set) var doubts: [ManifestProblem] = []

    init(isStrict: Bool) {
        self.isStrict = isStrict
    }

    var denied: Int { entries.count { !$0.verdict.allowed } }
    /// Allowed, but not without a warning.
    var warned: Int { entries.count { $0.verdict.allowed && !$0.verdict.warnings.isEmpty } }

    func exitCode(failingOn failure: CheckCommand.Failure) -> Int32 {
        if !errors.isEmpty { return CommandFailure.exitCode }
        if failure == .warn, !doubts.isEmpty { return 1 }
        return entries.contains { $0.isFailing(on: failure) } ? 1 : 0
    }

    mutating func add(_ problem: ManifestProblem) {
        switch problem.severity {
        case .error: errors.append(problem)
        case .warning: doubts.append(problem)
        }
    }

    mutating func add(_ item: CheckItem, _ outcome: CheckItem.Outcome) {
        switch outcome {
        case .judged(let verdict, let version):
            entries.append(Entry(item: item, verdict: verdict, version: version))
        case .skipped:
            skipped += 1
            guard isStrict, let kind = item.foreignKind else { return }
            addError("\(kind) is not judged (correct it, or leave --strict out)", about: item)
        case .errored(let error): addError("\(error)", about: item)
        }
    }

    private mutating func addError(_ message: String, about item: CheckItem) {
        errors.append(ManifestProblem(file: item.source, position: item.start, message: message))
    }

    /// What goes to standard error, whatever the form of the verdicts.
    var problemText: String {
        (errors + doubts).map { "\(VisibleText.line($0.description))\n" }.joined()
    }

    /// What goes to standard output.
    func output(as form: CheckCommand.Output, isQuiet: Bool, failingOn failure: CheckCommand.Failure) -> [UInt8] {
        switch form {
        case .text: Array(text(isQuiet: isQuiet, style: .standardOutput).utf8)
        case .json: VisibleText.json(json)
        case .sarif: VisibleText.json(sarif(failingOn: failure))
        case .junit: Array(junit(failingOn: failure).utf8)
        case .github: Array(github.utf8)
        case .admissionReview:
            VisibleText.json(entries.flatMap { $0.verdict.response.encoded(as: $0.version) })
        }
    }
}
