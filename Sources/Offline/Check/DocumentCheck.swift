package import AgentRuns
internal import ClusterState
package import CustomResources
package import JSONPull
package import Policy
internal import Reports

/// What an editor is told of the text somebody is writing.
package struct DocumentCheck {
    /// Something wrong, and how a program could put it right.
    package struct Diagnostic: Sendable {
        package var position: SourcePosition
        package var action: Action
        /// The reason; empty for what cannot be read.
        package var reason: String
        package var message: String
        /// What puts it right, or what was probably meant.
        package var patch = JSONPatch()
        /// Where the object starts.
        package var object = SourcePosition(line: 1, column: 1)
    }

    private let engine: PolicyEngine
    private let namespace: ExactString
    private let statePaths: [String]
    private let definitions: KindDefinitions
    private let now: @Sendable () -> Timestamp

    /// The same as a ``Check`` has.
    package init(
        policy: AdmissionPolicy,
        namespace: ExactString,
        statePaths: [String] = [],
        definitions: KindDefinitions = .embedded,
        now: @escaping @Sendable () -> Timestamp
    ) {
        engine = PolicyEngine(policy: policy)
        self.namespace = namespace
        self.statePaths = statePaths
        self.definitions = definitions
        self.now = now
    }

    /// What is wrong with a text, in its order; `source` is its path.
    ///
    /// A text without any object of Kubernetes is somebody else's business.
    package func diagnostics(of text: [UInt8], source: String) -> [Diagnostic] {
        var input = CheckInput(policy: engine.policy, namespace: namespace)
        input.read(text, source: source)
        if input.items.isEmpty, !ManifestReader.mentionsObject(text) { return [] }
        var found = input.problems.map { problem in
            Diagnostic(
                position: problem.position ?? SourcePosition(line: 1, column: 1),
                action: problem.severity == .error ? .deny : .warn,
                reason: "",
                message: problem.message
            )
        }
        let state = try? LoadedState.store(
            paths: statePaths,
            policy: engine.policy,
            namespace: namespace,
            keepsUnnamed: true,
            under: input.objects
        )
        for item in input.items { found += diagnostics(of: item, state) }
        return found.sorted { ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column) }
    }

    private func diagnostics(of item: CheckItem, _ state: ClusterStore?) -> [Diagnostic] {
        let outcome = item.judged(
            by: engine,
            state: state,
            namespace: namespace,
            now: now(),
            definitions: definitions
        )
        switch outcome {
        case .skipped: return []
        case .errored(let error):
            return [Diagnostic(position: item.start, action: .deny, reason: "", message: "\(error)")]
        case .judged(let entry):
            return entry.told.map { Diagnostic($0, of: item.start) }
        }
    }
}

extension DocumentCheck.Diagnostic {
    fileprivate init(_ finding: ToldFinding, of object: SourcePosition) {
        self.init(
            position: finding.position,
            action: finding.action,
            reason: finding.reason,
            message: finding.field.utf8.isEmpty ? finding.explanation : "\(finding.field): \(finding.explanation)",
            patch: finding.patch.isEmpty ? finding.guess : finding.patch,
            object: object
        )
    }
}
