internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import Policy
internal import Reports

/// Judges the cases of one suite.
struct CaseRunner {
    let files: SuiteFiles
    /// The time for cases that name none.
    let now: () -> Timestamp
    /// Policies by path: cases of a suite mostly share one.
    private var policies: [ExactString: AdmissionPolicy] = [:]

    init(files: SuiteFiles, now: @escaping () -> Timestamp) {
        self.files = files
        self.now = now
    }

    /// Judges a case and compares.
    mutating func outcome(of test: PolicyTestSuite.Case) -> SuiteResult.Outcome {
        do throws(CommandFailure) {
            var policy = try policy(of: test)
            if let generation = test.generation { policy.generation = generation }
            let (verdicts, problems) = try judge(test, by: PolicyEngine(policy: policy))
            guard problems.isEmpty else { return .errored(problems) }
            let differences = test.differences(to: verdicts)
            return differences.isEmpty ? .passed : .failed(differences)
        } catch {
            return .errored([error.message])
        }
    }

    private mutating func policy(of test: PolicyTestSuite.Case) throws(CommandFailure) -> AdmissionPolicy {
        switch test.policy {
        case nil: return .builtIn
        case .inline(let json)?:
            return try PolicyFile.load(json, file: "of case \"\(test.name)\"")
        case .file(let name)?:
            let path = files.path(of: name)
            if let policy = policies[ExactString(path)] { return policy }
            let policy = try PolicyFile.load(PolicyFile.contents(of: path), file: path)
            policies[ExactString(path)] = policy
            return policy
        }
    }

    private func judge(
        _ test: PolicyTestSuite.Case,
        by engine: PolicyEngine
    ) throws(CommandFailure) -> ([Verdict], problems: [String]) {
        var input = CheckInput(policy: engine.policy, namespace: test.namespace)
        let label = "\(files.suite):\(test.position.line)"
        switch test.input.source {
        case .file(let name): input.read(files.path(of: name))
        case .inline(let json): input.read(json, source: label)
        }
        var paths: [String] = []
        for state in test.state {
            switch state {
            case .file(let name): paths.append(files.path(of: name))
            case .inline(let json): input.readState(json, source: label)
            }
        }
        var problems = input.problems
        let store = try LoadedState.store(
            paths: paths,
            policy: engine.policy,
            namespace: test.namespace,
            keepsUnnamed: true,
            under: input.objects
        ) { problems.append($0) }
        var verdicts: [Verdict] = []
        for item in input.items {
            switch item.judged(by: engine, state: store, namespace: test.namespace, now: test.now ?? now()) {
            case .judged(let entry): verdicts.append(entry.verdict)
            case .skipped: break
            case .errored(let error): problems.append(item.problem("\(error)"))
            }
        }
        var messages = problems.filter { $0.severity == .error }.map(\.description)
        if verdicts.isEmpty, messages.isEmpty {
            messages = ["nothing in it is judged (use a kind that rules look at, and its apiVersion)"]
        }
        return (verdicts, messages)
    }
}
