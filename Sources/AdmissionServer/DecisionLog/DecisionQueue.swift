internal import Prometheus
private import Synchronization

/// Decisions on their way from the event loops to the thread that writes them: bounded, so that nobody ever waits for a disk.
final class DecisionQueue: Sendable {
    /// How much may wait.
    struct Limits: Sendable {
        /// What two processors judge in half a second.
        var records = 8192
        /// As much as the bodies of all requests under way may take, without those of the largest.
        var bytes = 32 << 20
    }

    private struct State {
        var waiting: [Decision] = []
        /// Decisions that wait or were taken and are not done.
        var count = 0
        var bytes = 0
        /// Since the last time somebody took that number.
        var dropped = 0
        var isWoken = false
        var isClosed = false
    }

    private let limits: Limits
    private let state = Mutex(State())
    private let counters: AdmissionMetrics.DecisionLogCounters

    init(limits: Limits, counters: AdmissionMetrics.DecisionLogCounters) {
        (self.limits, self.counters) = (limits, counters)
    }

    /// Adds a decision, or counts it as dropped when there is no room; true when the writer is to be woken.
    func add(_ decision: Decision) -> Bool {
        let weight = decision.weight
        return state.withLock { state in
            guard !state.isClosed, state.count < limits.records, state.bytes + weight <= limits.bytes else {
                state.dropped += 1
                counters.dropped.increment()
                return wake(&state)
            }
            state.waiting.append(decision)
            state.count += 1
            state.bytes += weight
            return wake(&state)
        }
    }

    private func wake(_ state: inout State) -> Bool {
        defer { state.isWoken = true }
        return !state.isWoken
    }

    /// All that waits, which goes on to take room until it is ``finish(_:)``ed.
    func take() -> [Decision] {
        state.withLock { state in
            state.isWoken = false
            let taken = state.waiting
            state.waiting = []
            return taken
        }
    }

    /// How many were dropped since the last call.
    func takeDropped() -> Int {
        state.withLock { state in
            defer { state.dropped = 0 }
            return state.dropped
        }
    }

    /// Gives the room of a decision back that was taken.
    func finish(_ decision: Decision) {
        state.withLock { state in
            state.count -= 1
            state.bytes -= decision.weight
        }
    }

    /// From now on whatever comes is dropped.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    /// Decisions that are not written yet.
    var count: Int { state.withLock { $0.count } }
}
