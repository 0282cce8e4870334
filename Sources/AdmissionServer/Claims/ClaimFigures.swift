package import ClusterState
private import Synchronization

/// How often claims came to what, and how many there are; read from anywhere.
package final class ClaimFigures: Sendable {
    private let counts = Mutex<[ClaimCount: Int]>([:])
    private let heldCount = Atomic(0)

    package init() {}

    /// A number that only grows.
    package subscript(count: ClaimCount) -> Int {
        counts.withLock { $0[count, default: 0] }
    }

    /// Claims this replica knows of, its own and those of others.
    package var held: Int { heldCount.load(ordering: .relaxed) }

    func add(_ count: ClaimCount) {
        counts.withLock { $0[count, default: 0] += 1 }
    }

    func set(held: Int) {
        heldCount.store(held, ordering: .relaxed)
    }
}
