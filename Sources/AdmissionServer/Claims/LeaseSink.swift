internal import ClusterState
internal import JSONPull
internal import KubernetesClient

/// What a watch told of one claim.
enum LeaseNews: Sendable {
    case changed(HeldClaim)
    /// As it was last.
    case gone(HeldClaim)
}

/// Tells the keeper of the Leases that a reflector brings; belongs to that one's event loop.
///
/// A Lease that is no claim is passed over: nobody but its maker knows what it is for.
final class LeaseSink: ReflectorSink {
    private let keeper: ClaimKeeper
    private var listed: [HeldClaim] = []
    private var news: [LeaseNews] = []

    init(keeper: ClaimKeeper) {
        self.keeper = keeper
    }

    func beginList() { listed = [] }

    func expect(_ count: Int) {}

    func collect(_ object: UnsafeRawBufferPointer) {
        if let held = unsafe claim(object) { listed.append(held) }
    }

    func commitList(heardAt: Int64, failure: ReflectorFailure?) {
        // What came before the list is older than it.
        flush(heardAt: heardAt)
        keeper.sawList(listed)
        listed = []
    }

    func put(_ object: UnsafeRawBufferPointer) {
        if let held = unsafe claim(object) { news.append(.changed(held)) }
    }

    func delete(_ object: UnsafeRawBufferPointer) {
        if let held = unsafe claim(object) { news.append(.gone(held)) }
    }

    func flush(heardAt: Int64) {
        guard !news.isEmpty else { return }
        keeper.saw(news)
        news = []
    }

    /// Claims need no list of Leases to be safe; what is not seen is only removed later.
    func failed(_ condition: ReflectorStateMachine.Condition, _ failure: ReflectorFailure) {
        keeper.leasesAreUnseen(failure.message(resource: "leases.coordination.k8s.io"), failure.cause)
    }

    private func claim(_ object: UnsafeRawBufferPointer) -> HeldClaim? {
        do throws(JSONError) {
            guard case .claim(let held) = try unsafe LeaseObject.decode(object) else { return nil }
            return held
        } catch {
            return nil
        }
    }
}
