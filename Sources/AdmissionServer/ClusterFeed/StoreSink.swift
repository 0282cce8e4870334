internal import ClusterState
internal import KubernetesClient

/// Writes what one reflector brings into the cluster state.
///
/// Objects are read and projected here, on the reflector's event loop; the store is locked only to put them in place.
final class StoreSink: ReflectorSink {
    private let source: ClusterSource
    private let store: ClusterStore
    private let figures: FeedFigures
    /// Nil for all but runs and their Jobs, and where nothing is claimed.
    private let claims: ClaimKeeper?
    /// Nil for kinds that are not judged, and where nothing is audited.
    private let audited: AuditedObjects?
    private let onEvent: @Sendable (ClusterFeedEvent) -> Void
    private var staged: StagedObjects?
    private var changes: [ClusterChange] = []
    private var projection: RunProjection
    private var told = ToldCauses()
    private var isSynced = false

    init(
        _ source: ClusterSource,
        store: ClusterStore,
        figures: FeedFigures,
        claims: ClaimKeeper?,
        audited: AuditedObjects?,
        onEvent: @escaping @Sendable (ClusterFeedEvent) -> Void
    ) {
        (self.source, self.store, self.figures, self.onEvent) = (source, store, figures, onEvent)
        self.claims = source.kind == .agentRun || source.kind == .job ? claims : nil
        self.audited = AuditedObjects.kinds.contains(source.kind) ? audited : nil
        projection = store.projection
    }

    func beginList() {
        staged = store.stage(source)
        audited?.beginList(of: source)
        projection = store.projection
    }

    func expect(_ count: Int) {
        if staged?.count == 0 { staged?.reserve(count) }
    }

    func collect(_ object: UnsafeRawBufferPointer) {
        let key = unsafe staged?.add(object)
        // Most runs are over, and not audited: what an earlier list brought of them goes when this one is whole.
        guard let audited, let key, source.kind != .agentRun || staged?.isOver(key) == false else { return }
        unsafe audited.put(object, of: source, nowSeconds: store.now / 1000)
    }

    func commitList(heardAt: Int64, failure: ReflectorFailure?) {
        guard let list = staged else { return }
        staged = nil
        let (count, unreadable) = (list.count, list.unreadableCount)
        store.replace(with: list, heardAt: heardAt)
        audited?.commitList(of: source)
        claims?.sawListOfRuns()
        figures.countList()
        onEvent(.listed(source, objects: count, unreadable: unreadable, isFirst: !isSynced))
        isSynced = true
        if let failure {
            failed(.synced(lastHeardMilliseconds: heardAt, failure: failure), failure)
        } else {
            recover()
        }
    }

    func put(_ object: UnsafeRawBufferPointer) {
        unsafe add(.put, object)
        unsafe audited?.put(object, of: source, nowSeconds: store.now / 1000)
    }

    func delete(_ object: UnsafeRawBufferPointer) {
        unsafe add(.delete, object)
        unsafe audited?.delete(object, of: source)
    }

    private func add(_ operation: ClusterChange.Operation, _ object: UnsafeRawBufferPointer) {
        guard let change = unsafe ClusterChange(operation, object, of: source, projection: projection) else { return }
        changes.append(change)
    }

    func flush(heardAt: Int64) {
        figures.countEvents(changes.count)
        store.apply(changes, of: source, heardAt: heardAt)
        if let claims, !changes.isEmpty { claims.saw(changes.compactMap(\.runNews)) }
        changes.removeAll(keepingCapacity: true)
        recover()
    }

    private func recover() {
        if told.recover() { onEvent(.recovered(source)) }
    }

    func failed(_ condition: ReflectorStateMachine.Condition, _ failure: ReflectorFailure) {
        figures.countFailure()
        let message = failure.message(resource: source.description)
        switch condition {
        case .unsynced: store.setCondition(.unsynced(message), of: source)
        case .synced(let heardAt, _): store.setCondition(.synced(heardAt: heardAt, problem: message), of: source)
        case .unknown: store.setCondition(.unknown(message), of: source)
        }
        if told.isNews(failure.cause) { onEvent(.failed(source, message)) }
    }

    func resumed() {
        if case .synced(let heardAt, _) = store.condition(of: source) {
            store.setCondition(.synced(heardAt: heardAt, problem: nil), of: source)
        }
        recover()
    }
}
