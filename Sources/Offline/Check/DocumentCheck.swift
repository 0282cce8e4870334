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
        package enum Fix: Sendable, Equatable {
            /// The key at the place has another name.
            case rename(String)
            /// The value of the key at the place is another text.
            case replaceValue(String)
            /// The key at the place goes, with its value.
            case removeMember
        }

        package var position: SourcePosition
        package var action: Action
        /// The reason; empty for what cannot be read.
        package var reason: String
        package var message: String
        package var fix: Fix?
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
            let ruleFindings = entry.told.suffix(entry.verdict.findings.count)
            let fixes = entry.verdict.findings.map { finding in
                unsafe item.withJSON { unsafe Self.fix(of: finding, in: $0) }
            }
            let apiServer = entry.told.dropLast(ruleFindings.count).map { Diagnostic($0, Self.fix(of: $0)) }
            return apiServer + zip(ruleFindings, fixes).map { Diagnostic($0, $1) }
        }
    }

    private static func fix(of finding: ToldFinding) -> Diagnostic.Fix? {
        guard let suggestion = finding.suggestion else { return nil }
        return finding.reason == APIServerReason.unknownField.rawValue ? .rename(suggestion) : .replaceValue(suggestion)
    }

    /// The mechanical part, where it is at the finding's own place.
    private static func fix(of finding: Finding, in object: UnsafeRawBufferPointer) -> Diagnostic.Fix? {
        let operations = unsafe PatchSuggestion(for: [finding], in: object).operations
        guard operations.count == 1, let field = finding.path?.key.path.string else { return nil }
        let place = unsafe JSONPath.places(of: [field], in: object)[0]
        switch operations[0] {
        case .remove(let path) where path == place.pointer && place.isExact: return .removeMember
        case .replace(let path, let value) where path == place.pointer && place.isExact: return .replaceValue(value)
        case .remove, .replace, .move, .append, .addList: return nil
        }
    }
}

extension DocumentCheck.Diagnostic {
    fileprivate init(_ finding: ToldFinding, _ fix: Fix?) {
        self.init(
            position: finding.position,
            action: finding.action,
            reason: finding.reason,
            message: finding.field.utf8.isEmpty ? finding.explanation : "\(finding.field): \(finding.explanation)",
            fix: fix
        )
    }
}
