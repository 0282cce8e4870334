private import Synchronization

/// Judged runs on their way from the event loops to the task that writes their marks: bounded, and written into memory that is there
/// already, so that a review neither waits nor allocates for its mark.
final class MarkQueue: Sendable {
    /// What two processors admit in half a second; 24 bytes each, twice.
    static let defaultCapacity = 8192

    private struct State {
        var waiting: [JudgedRun] = []
        /// As large, for when ``waiting`` is taken; nil while somebody has it.
        var spare: [JudgedRun]?
        /// Since the last time somebody took that number.
        var dropped = 0
    }

    private let capacity: Int
    private let state: Mutex<State>
    private let onNews: @Sendable () -> Void

    /// - Parameters:
    ///   - capacity: more than so many are dropped and counted.
    ///   - onNews: called from any thread when there is a first one, and when half of the room is taken.
    init(capacity: Int = defaultCapacity, onNews: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.onNews = onNews
        var (waiting, spare): ([JudgedRun], [JudgedRun]) = ([], [])
        waiting.reserveCapacity(capacity)
        spare.reserveCapacity(capacity)
        state = Mutex(State(waiting: waiting, spare: spare))
    }

    /// Takes a run; at once, from any thread.
    func add(_ run: JudgedRun) {
        let isNews = state.withLock { state in
            let count = state.waiting.count
            guard count < capacity else {
                state.dropped += 1
                return false
            }
            state.waiting.append(run)
            return count == 0 || count == capacity / 2
        }
        if isNews { onNews() }
    }

    /// Lends all that waits to `body` and forgets it; how many were dropped since the last call.
    ///
    /// One caller at a time.
    func take(_ body: (JudgedRun) -> Void) -> Int {
        var (taken, dropped) = state.withLock { state in
            var other = state.spare ?? []
            state.spare = nil
            swap(&other, &state.waiting)
            defer { state.dropped = 0 }
            return (other, state.dropped)
        }
        for run in taken { body(run) }
        taken.removeAll(keepingCapacity: true)
        state.withLock { $0.spare = taken }
        return dropped
    }
}
