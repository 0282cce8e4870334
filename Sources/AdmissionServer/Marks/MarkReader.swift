internal import AgentRuns

/// Reads all marks, and removes those that are of no use any more.
actor MarkReader {
    /// Beyond that somebody else is faster each time, and the marks stay until the next time.
    private static let maximumAttempts = 4

    private let api: MarksClient
    private let troubles: MarksTroubles
    private let monotonicMilliseconds: @Sendable () -> Int64
    private var pruning = MarkPruning()

    init(_ api: MarksClient, troubles: MarksTroubles, monotonicMilliseconds: @escaping @Sendable () -> Int64) {
        (self.api, self.troubles, self.monotonicMilliseconds) = (api, troubles, monotonicMilliseconds)
    }

    func read() async throws(MarksFailure) -> KnownMarks {
        var all: [UInt64] = []
        var since: Timestamp?
        for index in 0..<MarksObject.count {
            guard let object = try await api.read(index) else { continue }
            troubles.note(object, index)
            all += object.marks.bits
            if let createdAt = object.createdAt { since = min(since ?? createdAt, createdAt) }
        }
        return KnownMarks(SortedMarks(all), since: since)
    }

    /// Removes what is no mark of `active`, and was none ten minutes ago; how many.
    func drop(allBut active: SortedMarks) async throws(MarksFailure) -> Int {
        var dropped = 0
        pruning.begin()
        for index in 0..<MarksObject.count { dropped += try await drop(allBut: active, from: index) }
        pruning.end()
        return dropped
    }

    private func drop(allBut active: SortedMarks, from index: Int) async throws(MarksFailure) -> Int {
        for _ in 0..<Self.maximumAttempts {
            guard let object = try await api.read(index) else { return 0 }
            troubles.note(object, index)
            let rest = pruning.rest(of: object.marks, active: active, now: monotonicMilliseconds())
            let dropped = object.marks.count - rest.count
            if dropped == 0, object.flaw == nil {
                pruning.settled(rest, active: active)
                return 0
            }
            if case .written = try await api.write(rest, to: index, over: object) {
                pruning.settled(rest, active: active)
                return dropped
            }
        }
        return 0
    }
}
