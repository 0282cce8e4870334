package import AgentRuns
internal import ClusterState
package import CustomResources
package import JSONPull
package import Policy
package import Reports

/// What `check` does: judges objects in files as the webhook would judge their creation.
package struct Check {
    /// How far it has come.
    package enum Progress {
        /// So many objects are read, of all the arguments so far.
        case read(Int)
        case allRead
        case judged(Int, of: Int)
        case allJudged
    }

    private let engine: PolicyEngine
    private let namespace: ExactString
    private let statePaths: [String]
    /// Whether the objects are not each other's cluster state.
    private let isIsolated: Bool
    /// Whether objects of kinds that are neither judged nor looked up are errors, and files without any object.
    private let isStrict: Bool
    /// What is left out of folders.
    private let excluded: [String]
    /// What is known of kinds.
    private let definitions: KindDefinitions
    /// Whether findings show the line they are about.
    private let hasExcerpts: Bool
    /// Whether they say how the text is changed that puts them right.
    private let hasFixes: Bool
    private let now: () -> Timestamp

    /// Of objects that are in `namespace` unless they name one; the files at `statePaths` are more cluster state.
    package init(
        policy: AdmissionPolicy,
        namespace: ExactString,
        statePaths: [String] = [],
        isIsolated: Bool = false,
        isStrict: Bool = false,
        excluded: [String] = [],
        definitions: KindDefinitions = .embedded,
        hasExcerpts: Bool = false,
        hasFixes: Bool = false,
        now: @escaping () -> Timestamp
    ) {
        engine = PolicyEngine(policy: policy)
        self.namespace = namespace
        self.statePaths = statePaths
        self.isIsolated = isIsolated
        self.isStrict = isStrict
        self.excluded = excluded
        self.definitions = definitions
        self.hasExcerpts = hasExcerpts
        self.hasFixes = hasFixes
        self.now = now
    }

    /// Reads `arguments` as ``CheckInput`` does and judges what is there.
    ///
    /// - Throws: ``CommandFailure`` when the cluster state cannot be read; what else goes wrong is in the report.
    package func report(
        _ arguments: [String],
        progress: (Progress) -> Void = { _ in }
    ) throws(CommandFailure) -> CheckReport {
        let input = read(arguments) { progress(.read($0)) }
        progress(.allRead)
        return try report(input, progress: progress)
    }

    /// What is at `arguments`; files that `texts` has are taken from there, and standard input from what was read `before`.
    func read(
        _ arguments: [String],
        texts: [ExactString: [UInt8]] = [:],
        _ before: CheckInput? = nil,
        progress: (Int) -> Void = { _ in }
    ) -> CheckInput {
        let standardInput = before?.text(of: "-")
        var input = CheckInput(
            policy: engine.policy,
            namespace: namespace,
            excluded: excluded,
            fileSystem: ChangedFiles(texts)
        ) { (maximumBytes: Int) throws(CommandFailure) in
            if let standardInput { return standardInput }
            return try StandardInput.contents(maximumBytes: maximumBytes)
        }
        for argument in arguments { input.read(argument, progress: progress) }
        return input
    }

    /// Judges what was read.
    package func report(
        _ input: CheckInput,
        progress: (Progress) -> Void = { _ in }
    ) throws(CommandFailure) -> CheckReport {
        try judge(input, progress: progress).report
    }

    /// The report, and each object with what was said of it, nil of one that is not judged.
    func judge(
        _ input: CheckInput,
        progress: (Progress) -> Void = { _ in }
    ) throws(CommandFailure) -> (report: CheckReport, judged: [(item: CheckItem, entry: JudgedObject?)]) {
        var report = CheckReport()
        var judged: [(item: CheckItem, entry: JudgedObject?)] = []
        for problem in input.problems { report.add(problem) }
        for file in input.passedOver {
            if isStrict { report.add(file) } else { report.addFileWithoutObject() }
        }
        let store = try store(under: input) { report.add($0) }
        var excerpts = hasExcerpts ? ExcerptReader(input) : nil
        var fixes = hasFixes ? FixReader(input) : nil
        for (index, item) in input.items.enumerated() {
            progress(.judged(index, of: input.items.count))
            let outcome = item.judged(
                by: engine,
                state: store,
                namespace: namespace,
                now: now(),
                definitions: definitions
            )
            guard case .judged(var entry) = outcome else {
                add(item, outcome, to: &report)
                judged.append((item, nil))
                continue
            }
            entry.addExcerpts { excerpts?.excerpt(of: item.source, at: $0, field: $1) }
            if item.kind == .object { entry.addFixes { fixes?.fix($0, of: item.source, at: item.start) } }
            report.add(entry)
            judged.append((item, entry))
        }
        progress(.allJudged)
        return (report, judged)
    }

    /// What the objects are judged against; nil when there is no state at all.
    private func store(
        under input: CheckInput,
        onProblem: (FileProblem) -> Void
    ) throws(CommandFailure) -> ClusterStore? {
        if isIsolated, statePaths.isEmpty { return nil }
        return try LoadedState.store(
            paths: statePaths,
            policy: engine.policy,
            namespace: namespace,
            keepsUnnamed: true,
            under: isIsolated ? nil : input.objects,
            onProblem: onProblem
        )
    }

    private func add(_ item: CheckItem, _ outcome: CheckItem.Outcome, to report: inout CheckReport) {
        switch outcome {
        case .judged(let entry): report.add(entry)
        case .skipped:
            report.addSkipped()
            guard isStrict, let kind = item.foreignKind else { return }
            report.add(item.problem("\(kind) is not judged (correct it, or leave --strict out)"))
        case .errored(let error): report.add(item.problem("\(error)"))
        }
    }
}
