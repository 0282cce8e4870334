private import AdmissionAPI
private import AdmissionServer
internal import AgentRuns
internal import ClusterState
private import JSONPull
internal import KubernetesClient
internal import Offline
internal import Policy
internal import Reports

/// The lists of one audit: what they bring goes into a state of its own, and the objects to be judged to the audit.
struct ClusterListing {
    /// Of these there are rules that ask for no state: they are judged as they come.
    private static let definitions: Set<ClusterKind> = [
        .implementationSpec, .agent, .agentProvider, .versionControlProvider,
    ]

    private let lister: ObjectLister
    private let policy: AdmissionPolicy
    private let namespaces: [ExactString]
    private let sources: [ClusterSource]
    private let store: ClusterStore
    var audit: Audit
    private var count = 0
    /// Whether runs were listed, at least of one namespace.
    private var hasRuns = false

    init(_ lister: ObjectLister, policy: AdmissionPolicy, scope: Audit.Scope, now: Timestamp) {
        (self.lister, self.policy) = (lister, policy)
        namespaces = scope.namespaces.sorted()
        let kinds = ClusterKind.allCases.filter { $0 != .secret }
        // Branches are held across namespaces, whatever is judged.
        sources = kinds.flatMap { [namespaces] kind in
            let isOfAll = namespaces.isEmpty || kind == .agentRun || kind == .job
            return isOfAll
                ? [ClusterSource(kind: kind, namespace: nil)]
                : namespaces.map { ClusterSource(kind: kind, namespace: $0) }
        }
        store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            owner: .cluster(sources),
            // One moment of everything.
            clock: { 0 }
        )
        audit = Audit(policy: policy, state: store, scope: scope, now: now)
    }

    /// What was found; objects that nobody could tell the kind of are said to be left out.
    var report: CheckReport {
        var report = audit.report
        if report.skipped > 0 {
            let message = "\(report.skipped) objects came without their kind, and were not judged"
            report.add(FileProblem(file: "cluster", message: message))
        }
        return report
    }

    /// Lists every kind into the state; tells how many objects there are by then.
    mutating func list(_ progress: (Int) -> Void) async throws {
        for source in sources {
            do {
                try await list(source, progress)
            } catch let failure as ReflectorFailure {
                guard source.namespace == nil, !namespaces.isEmpty, failure.isForbidden else {
                    note(failure, of: source)
                    continue
                }
                add(.warning, "\(Self.words(failure, source)); runs of other namespaces than those named are not known")
                for namespace in namespaces {
                    let source = ClusterSource(kind: source.kind, namespace: namespace)
                    do { try await list(source, progress) } catch let failure as ReflectorFailure {
                        note(failure, of: source)
                    }
                }
            }
        }
    }

    private mutating func list(_ source: ClusterSource, _ progress: (Int) -> Void) async throws {
        var staged = store.stage(source)
        let before = (audit: audit, count: count)
        try await lister.list(WatchedResource(source)) { event in
            switch event {
            case .begun:
                staged = store.stage(source)
                (audit, count) = before
            case .page(let body, let items):
                // Lent item by item.
                unsafe body.withUnsafeBytes { bytes in
                    for item in items { unsafe staged.add(UnsafeRawBufferPointer(rebasing: bytes[item])) }
                }
                if Self.definitions.contains(source.kind) { judge(body, items, of: source.kind) }
                count += items.count
                progress(count)
            }
        }
        if staged.unreadableCount > 0 {
            add(.error, "\(staged.unreadableCount) of \(source) are without a name or of another kind, and left out")
        }
        store.replace(with: staged, heardAt: 0)
        if source.kind == .agentRun { hasRuns = true }
    }

    /// Lists runs once more and judges them; tells how many have been looked at.
    mutating func judgeRuns(_ progress: (Int) -> Void) async throws {
        // What was told of the first list need not be told again.
        guard hasRuns else { return }
        let wanted = namespaces.isEmpty ? [nil] : namespaces.map(Optional.some)
        for namespace in wanted {
            let source = ClusterSource(kind: .agentRun, namespace: namespace)
            let before = (audit: audit, count: count)
            do {
                try await lister.list(WatchedResource(source)) { event in
                    switch event {
                    case .begun: (audit, count) = before
                    case .page(let body, let items):
                        judge(body, items, of: .agentRun)
                        progress(audit.report.lookedAtCount)
                    }
                }
            } catch let failure as ReflectorFailure {
                add(.error, "\(Self.words(failure, source)); not all runs are judged")
            }
        }
    }

    private mutating func judge(_ body: [UInt8], _ items: [Range<Int>], of kind: ClusterKind) {
        // Lent item by item.
        unsafe body.withUnsafeBytes { bytes in
            for item in items {
                do throws(AdmissionReviewError) {
                    try unsafe audit.judge(UnsafeRawBufferPointer(rebasing: bytes[item])) { verdict in
                        JudgedObject(existingAt: Self.path(of: verdict, kind), verdict: verdict)
                    }
                } catch {
                    // The page was read as JSON before.
                    add(.error, "one of \(kind.resource) cannot be read: \(error)")
                }
            }
        }
    }

    /// As `kubectl get --raw` takes it.
    private static func path(of verdict: Verdict, _ kind: ClusterKind) -> String {
        WatchedResource(ClusterSource(kind: kind, namespace: verdict.object.namespace))
            .path(of: verdict.object.name.string)
    }

    /// Says that a source cannot be listed: rules judge without it where they can do without.
    private mutating func note(_ failure: ReflectorFailure, of source: ClusterSource) {
        let words = Self.words(failure, source)
        store.setCondition(.unknown(words), of: source)
        add(policy.needs(source.kind) ? .error : .warning, words)
    }

    private mutating func add(_ severity: FileProblem.Severity, _ message: String) {
        audit.add(FileProblem(severity, file: "cluster", message: message))
    }

    private static func words(_ failure: ReflectorFailure, _ source: ClusterSource) -> String {
        failure.message(resource: source.description, verbs: ["list"])
    }
}

extension ReflectorFailure {
    fileprivate var isForbidden: Bool {
        if case .status(let status) = self { status.code == 403 } else { false }
    }
}
