internal import ClusterState
internal import JSONPull
internal import KubernetesClient

/// Tells the desk of the Leases that a reflector brings; belongs to the client's event loop.
///
/// A Lease that is no claim is passed over: nobody but its maker knows what it is for.
final class LeaseSink: ReflectorSink {
    private let desk: ClaimDesk
    private var listed: [HeldClaim] = []

    init(desk: ClaimDesk) {
        self.desk = desk
    }

    func beginList() { listed = [] }

    func expect(_ count: Int) {}

    func collect(_ object: UnsafeRawBufferPointer) {
        if let held = unsafe claim(object) { listed.append(held) }
    }

    func commitList(heardAt: Int64) {
        desk.sawList(listed)
        listed = []
    }

    func put(_ object: UnsafeRawBufferPointer) {
        if let held = unsafe claim(object) { desk.saw(held) }
    }

    func delete(_ object: UnsafeRawBufferPointer) {
        if let held = unsafe claim(object) { desk.sawDeletion(of: held) }
    }

    func flush(heardAt: Int64) { desk.advance() }

    /// Claims need no list of Leases to be safe; what is not seen is only removed later.
    func failed(_ condition: ReflectorStateMachine.Condition, _ failure: ReflectorFailure) {
        desk.leasesAreUnseen(failure.message(resource: "leases.coordination.k8s.io"))
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
