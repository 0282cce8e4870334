internal import Synchronization

/// The bytes of large bodies that all connections of a server hold together, against
/// ``HTTPServerLimits/maximumBufferedBytes``.
///
/// Bodies up to ``HTTPServerLimits/unaccountedBodyBytes`` never come here, so an ordinary request takes no lock. What a client
/// makes wait that pipelines or does not read is counted, too.
final class BodyBudget: Sendable {
    private let maximumBytes: Int
    private let heldBytes = Mutex(0)

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// What is held now.
    var bytes: Int { heldBytes.withLock { $0 } }

    fileprivate func take(_ count: Int) -> Bool {
        heldBytes.withLock { held in
            guard count <= maximumBytes - held else { return false }
            held += count
            return true
        }
    }

    fileprivate func giveBack(_ count: Int) {
        heldBytes.withLock { $0 -= count }
    }
}

/// One body's part of the ``BodyBudget``, given back when the last reference goes: no way out of a connection can forget it,
/// and who holds the body after its connection has gone holds this, too.
// Unchecked: it grows on one event loop, and no more once it has been handed out.
package final class BodyReservation: @unchecked Sendable {
    private let budget: BodyBudget
    private var bytes = 0

    init(in budget: BodyBudget) {
        self.budget = budget
    }

    /// Takes so many bytes more; false, and nothing taken, if the budget is used up.
    func grow(by count: Int) -> Bool {
        guard budget.take(count) else { return false }
        bytes += count
        return true
    }

    /// Holds so many bytes from now on; false, and nothing changed, if the budget is used up.
    func resize(to count: Int) -> Bool {
        guard count < bytes else { return grow(by: count - bytes) }
        budget.giveBack(bytes - count)
        bytes = count
        return true
    }

    deinit {
        budget.giveBack(bytes)
    }
}
