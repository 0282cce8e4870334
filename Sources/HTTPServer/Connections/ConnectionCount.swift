internal import Synchronization

/// The open connections of a server, against ``HTTPServerLimits/maximumConnections``.
final class ConnectionCount: Sendable {
    /// What becomes of one connection more.
    enum Place {
        case served
        /// It is told that it is one too many.
        case surplus
        /// It is closed at once.
        case none
    }

    private let maximum: Int
    private let maximumSurplus: Int
    private let open = Atomic(0)

    /// - Parameters:
    ///   - maximum: served.
    ///   - surplus: beyond them, told so.
    init(maximum: Int, surplus: Int) {
        self.maximum = maximum
        maximumSurplus = surplus
    }

    var current: Int { open.load(ordering: .relaxed) }

    /// Counts one more, unless it gets no place.
    func take() -> Place {
        let number = open.add(1, ordering: .relaxed).newValue
        if number <= maximum { return .served }
        if number <= maximum + maximumSurplus { return .surplus }
        giveBack()
        return .none
    }

    /// Counts one more whose place another is about to give back.
    func exchange() {
        open.add(1, ordering: .relaxed)
    }

    func giveBack() {
        open.subtract(1, ordering: .relaxed)
    }
}
