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

    /// From one telling of how far it has come to the next.
    private static let runsAtOnce = 500

    private let lister: ObjectLister
    private let policy: AdmissionPolicy
    private let namespaces: [ExactString]
    private let sources: [ClusterSource]
    private let store: ClusterStore
    private let includesPast: Bool
    /// The runs to be judged, which have to wait until all are known.
    private let runs = AuditedObjects()
    /// Where they come from.
    private var runSources: [ClusterSource] = []
    var audit: Audit
    private var count = 0

    init(_ lister: ObjectLister, policy: AdmissionPolicy, scope: Audit.Scope, now: Timestamp) {
        (self.lister, self.policy) = (lister, policy)
        (namespaces, includesPast) = (scope.namespaces.sorted(), scope.includesPast)
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
        let before = audit
        let staged: StagedObjects
        do {
            staged = try await stage(source, progress)
        } catch {
            if source.kind == .agentRun {
                // Of half a list nobody knows what is in whose way.
                audit = before
                runs.beginList(of: source)
                runs.commitList(of: source)
            }
            throw error
        }
        if staged.unreadableCount > 0 {
            add(.error, "\(staged.unreadableCount) of \(source) are without a name or of another kind, and left out")
        }
        store.replace(with: staged, heardAt: 0)
        if source.kind == .agentRun {
            // Of a list that began anew, those that were gone by then.
            runs.commitList(of: source)
            runSources.append(source)
        }
    }

    /// The objects of a list; runs are kept, and definitions judged, as they come.
    private mutating func stage(_ source: ClusterSource, _ progress: (Int) -> Void) async throws -> StagedObjects {
        var staged = store.stage(source)
        let before = (audit: audit, count: count)
        try await lister.list(WatchedResource(source)) { event in
            switch event {
            case .begun:
                staged = store.stage(source)
                runs.beginList(of: source)
                (audit, count) = before
            case .page(let body, let items):
                // Lent item by item.
                unsafe body.withUnsafeBytes { bytes in
                    for item in items {
                        let object = unsafe UnsafeRawBufferPointer(rebasing: bytes[item])
                        let key = unsafe staged.add(object)
                        if source.kind == .agentRun {
                            guard let key else { continue }
                            unsafe keep(object, key, isOver: staged.isOver(key), of: source)
                        } else if Self.definitions.contains(source.kind) {
                            unsafe judge(object, of: source.kind)
                        }
                    }
                }
                count += items.count
                progress(count)
            }
        }
        return staged
    }

    /// Keeps a run that is to be judged, and counts one that is over.
    private mutating func keep(
        _ run: UnsafeRawBufferPointer,
        _ key: ObjectKey,
        isOver: Bool,
        of source: ClusterSource
    ) {
        guard isAskedFor(key.namespace) else { return }
        if isOver {
            if !includesPast { audit.addOver() }
            return
        }
        // It was read as JSON before.
        guard let header = unsafe try? AuditedHeader(run), header.isOf(.agentRun) else { return audit.addSkipped() }
        unsafe runs.put(run, header, of: source, nowSeconds: 0)
    }

    private func isAskedFor(_ namespace: ExactString) -> Bool { namespaces.isEmpty || namespaces.contains(namespace) }

    /// Judges the runs; tells how many objects have been looked at.
    mutating func judgeRuns(_ progress: (Int) -> Void) async throws {
        var room = [UInt8](repeating: 0, count: runs.maximumObjectBytes)
        var place = 0
        while place < runs.placeCount {
            let places = place..<min(place + Self.runsAtOnce, runs.placeCount)
            for run in runs.objects(at: places) where run.withheld == nil { judge(run, in: &room) }
            place = places.upperBound
            progress(audit.report.lookedAtCount)
        }
        let figures = runs.figures
        if includesPast || figures.withoutRoom + figures.tooLarge > 0 { try await judgeOtherRuns(progress) }
    }

    private mutating func judge(_ run: AuditedObjects.Object, in room: inout [UInt8]) {
        // Lent for the call.
        let isRead = unsafe room.withUnsafeMutableBytes { room in
            unsafe run.withJSON(in: room) { json in
                unsafe judge(json, of: .agentRun, changedAt: run.changedAt)
                return true
            }
        }
        if isRead == nil { add(.error, "a run cannot be read again, and is not judged") }
    }

    /// Lists runs once more and judges those that there was no room for, and those that are over if they are asked for.
    private mutating func judgeOtherRuns(_ progress: (Int) -> Void) async throws {
        for source in runSources {
            let before = audit
            do {
                try await lister.list(WatchedResource(source)) { event in
                    switch event {
                    case .begun: audit = before
                    case .page(let body, let items):
                        // Lent item by item.
                        unsafe body.withUnsafeBytes { bytes in
                            for item in items {
                                unsafe judgeUnlessKept(UnsafeRawBufferPointer(rebasing: bytes[item]), of: source)
                            }
                        }
                        progress(audit.report.lookedAtCount)
                    }
                }
            } catch let failure as ReflectorFailure {
                add(.error, "\(Self.words(failure, source)); not all runs are judged")
            }
        }
    }

    private mutating func judgeUnlessKept(_ run: UnsafeRawBufferPointer, of source: ClusterSource) {
        // It was read as JSON before, and what is of no kind was counted then.
        guard let header = unsafe try? AuditedHeader(run), header.isOf(.agentRun), isAskedFor(header.namespace),
            !runs.isKept(header, of: source),
            includesPast || !store.isOver(ObjectKey(namespace: header.namespace, name: header.name))
        else { return }
        unsafe judge(run, of: .agentRun)
    }

    private mutating func judge(_ object: UnsafeRawBufferPointer, of kind: ClusterKind, changedAt: Timestamp? = nil) {
        do throws(AdmissionReviewError) {
            try unsafe audit.judge(object, changedAt: changedAt) { verdict in
                JudgedObject(existingAt: Self.path(of: verdict, kind), verdict: verdict)
            }
        } catch {
            // The page was read as JSON before.
            add(.error, "one of \(kind.resource) cannot be read: \(error)")
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
