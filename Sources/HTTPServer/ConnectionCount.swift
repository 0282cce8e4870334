internal import Synchronization

/// The open connections of a server, against ``HTTPServerLimits/maximumConnections``.
final class ConnectionCount: Sendable {
    private let maximum: Int
    private let open = Atomic(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    var current: Int { open.load(ordering: .relaxed) }

    /// Counts one more; false, and nothing counted, when there are as many as there may be.
    func take() -> Bool {
        guard open.add(1, ordering: .relaxed).newValue <= maximum else {
            giveBack()
            return false
        }
        return true
    }

    func giveBack() {
        open.subtract(1, ordering: .relaxed)
    }
}
