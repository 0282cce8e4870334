package import ClusterState
private import Synchronization

/// How often claims came to what, and how many there are; read from anywhere.
package final class ClaimFigures: Sendable {
    private let counts = Mutex<[Int]>(Array(repeating: 0, count: ClaimCount.allCases.count))
    private let heldCount = Atomic(0)

    package init() {}

    /// A number that only grows.
    package subscript(count: ClaimCount) -> Int {
        counts.withLock { $0[Self.index(of: count)] }
    }

    /// Claims this replica knows of, its own and those of others.
    package var held: Int { heldCount.load(ordering: .relaxed) }

    func add(_ count: ClaimCount) {
        counts.withLock { $0[Self.index(of: count)] += 1 }
    }

    func set(held: Int) {
        heldCount.store(held, ordering: .relaxed)
    }

    private static func index(of count: ClaimCount) -> Int {
        switch count {
        case .acquired: 0
        case .alreadyHeld: 1
        case .conflict: 2
        case .takenOver: 3
        case .released: 4
        case .expired: 5
        case .unavailable: 6
        }
    }
}
