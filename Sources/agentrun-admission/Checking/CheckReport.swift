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
            let name = object.namespace.isEmpty ? "\(object.name)" : "\(object.namespace)/\(object.name)"
            let operation = item.kind == .review ? "\(verdict.operation.name) of " : ""
            return "\(operation)\(object.kind.kind) \(name)"
        }

        /// Whether it makes the exit code 1.
        func isFailing(on failure: CheckCommand.Failure) -> Bool {
            !verdict.allowed || (failure == .warn && !verdict.warnings.isEmpty)
        }
    }

    /// Whether objects of kinds that are neither judged nor looked up are errors.
    let isStrict: Bool
    private(set) var entries: [Entry] = []
    private(set) var skipped = 0
    /// What could not be read or judged, one line each.
    private(set) var errors: [String] = []

    init(isStrict: Bool) {
        self.isStrict = isStrict
    }

    var denied: Int { entries.count { !$0.verdict.allowed } }
    /// Allowed, but not without a warning.
    var warned: Int { entries.count { $0.verdict.allowed && !$0.verdict.warnings.isEmpty } }

    func exitCode(failingOn failure: CheckCommand.Failure) -> Int32 {
        if !errors.isEmpty { return CommandFailure.exitCode }
        return entries.contains { $0.isFailing(on: failure) } ? 1 : 0
    }

    mutating func add(_ problem: ManifestProblem) {
        errors.append(problem.description)
    }

    mutating func add(_ item: CheckItem, _ outcome: CheckItem.Outcome) {
        switch outcome {
        case .judged(let verdict, let version):
            entries.append(Entry(item: item, verdict: verdict, version: version))
        case .skipped:
            skipped += 1
            guard isStrict, let kind = item.foreignKind else { return }
            errors.append("\(item.source):\(item.line): \(kind) is not judged (correct it, or leave --strict out)")
        case .errored(let error): errors.append("\(item.source):\(item.line): \(error)")
        }
    }

    func output(as form: CheckCommand.Output, isQuiet: Bool, failingOn failure: CheckCommand.Failure) -> [UInt8] {
        switch form {
        case .text: Array((isQuiet ? quietText : text).utf8)
        case .json: TerminalJSON.escaped(json)
        case .junit: Array(junit(failingOn: failure).utf8)
        case .github: Array(github.utf8)
        case .admissionReview:
            TerminalJSON.escaped(entries.flatMap { $0.verdict.response.encoded(as: $0.version) })
        }
    }

    private var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("verdicts")
        writer.beginArray()
        for entry in entries { entry.verdict.write(to: &writer, source: entry.item.source, line: entry.item.line) }
        writer.endArray()
        writer.key("summary")
        writer.beginObject()
        writer.key("objects")
        writer.integer(entries.count)
        writer.key("denied")
        writer.integer(denied)
        writer.key("warned")
        writer.integer(warned)
        writer.key("skipped")
        writer.integer(skipped)
        writer.key("errors")
        writer.integer(errors.count)
        writer.endObject()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}
