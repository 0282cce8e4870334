internal import Policy
private import Synchronization

/// What happened and is to be told, on its way from the event loops of reviews to the one that writes: bounded, and nobody
/// waits.
final class EventQueue: Sendable {
    /// Something to be told.
    enum Item: Sendable {
        /// As it was decided: what is said of it is worked out later, elsewhere.
        case review(Verdict)
        case draft(EventDraft)

        /// Findings it holds, and itself.
        fileprivate var weight: Int {
            switch self {
            case .review(let verdict): 1 + verdict.findings.count
            case .draft: 1
            }
        }
    }

    /// Twenty times what is written in the second between two looks, with room for all that a busy second may bring.
    static let maximumItems = 2048
    /// A verdict has a thousand findings at most, each of about a kilobyte: 8 MB.
    static let maximumWeight = 8192

    private struct State {
        var waiting: [Item] = []
        var weight = 0
        var dropped = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Adds something, or counts that there was no room for it; from any thread.
    func add(_ item: Item) {
        let weight = item.weight
        state.withLock { state in
            guard !state.isClosed, state.waiting.count < Self.maximumItems, state.weight + weight <= Self.maximumWeight
            else {
                state.dropped += 1
                return
            }
            state.waiting.append(item)
            state.weight += weight
        }
    }

    /// All that waits, and how much was dropped since the last call.
    func take() -> (items: [Item], dropped: Int) {
        state.withLock { state in
            // Nearly always.
            if state.waiting.isEmpty, state.dropped == 0 { return ([], 0) }
            defer {
                state.waiting = []
                state.weight = 0
                state.dropped = 0
            }
            return (state.waiting, state.dropped)
        }
    }

    /// From now on whatever comes is dropped.
    func close() {
        state.withLock { $0.isClosed = true }
    }
}
