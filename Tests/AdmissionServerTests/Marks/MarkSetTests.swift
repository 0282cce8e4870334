import JSONPull
import Policy
import TestRandomness
import Testing

@testable import AdmissionServer

@Suite struct `A mark` {
    private static let uid: ExactString = "0b3a1c52-9d47-4f6e-8a21-7c55d0e9f3ab"

    @Test func `is of one uid and one generation`() throws {
        let mark = try #require(ReviewMark(uid: Self.uid, generation: 3))
        #expect(mark == ReviewMark(uid: Self.uid, generation: 3))
        #expect(mark != ReviewMark(uid: Self.uid, generation: 4))
        #expect(mark != ReviewMark(uid: "0b3a1c52-9d47-4f6e-8a21-7c55d0e9f3ac", generation: 3))
    }

    /// SHA-256 of the sixteen bytes and the eight, made with `printf … | xxd -r -p | sha256sum`.
    @Test func `stays the same from version to version`() throws {
        #expect(ReviewMark(uid: Self.uid, generation: 3)?.bits == 0x6AEC_6CAF_9586_4E4D)
    }

    /// Digits are those an API server writes: another text is another uid.
    @Test(arguments: [
        "0B3A1C52-9D47-4F6E-8A21-7C55D0E9F3AB", "0b3a1c529d474f6e8a217c55d0e9f3ab",
        "0b3a1c52-9d47-4f6e-8a21-7c55d0e9f3ag",
        "0b3a1c52x9d47-4f6e-8a21-7c55d0e9f3ab", "run-1",
    ])
    func `of what is no UUID is that of the text`(uid: String) throws {
        let mark = try #require(ReviewMark(uid: ExactString(uid), generation: 3))
        #expect(mark != ReviewMark(uid: Self.uid, generation: 3))
        #expect(mark == ReviewMark(uid: ExactString(uid), generation: 3))
        #expect(mark != ReviewMark(uid: ExactString(uid), generation: 2))
    }

    @Test func `is left by no uid that no API server makes`() {
        #expect(ReviewMark(uid: "", generation: 1) == nil)
        #expect(ReviewMark(uid: ExactString(String(repeating: "a", count: 129)), generation: 1) == nil)
        #expect(ReviewMark(uid: ExactString(String(repeating: "a", count: 128)), generation: 1) != nil)
    }
}

@Suite struct `A set of marks` {
    private static func sets(_ seed: UInt64) -> (SortedMarks, SortedMarks, Set<UInt64>, Set<UInt64>) {
        var random = SplitMix(seed: seed)
        // Few values, so that many are in both.
        let one = (0..<Int.random(in: 0..<60, using: &random)).map { _ in UInt64.random(in: 0..<80, using: &random) }
        let two = (0..<Int.random(in: 0..<60, using: &random)).map { _ in UInt64.random(in: 0..<80, using: &random) }
        return (SortedMarks(one), SortedMarks(two), Set(one), Set(two))
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `has what a set has`(seed: UInt64) {
        let (left, right, one, two) = Self.sets(seed)
        #expect(left.bits == one.sorted())
        #expect(left.union(right).bits == one.union(two).sorted())
        #expect(left.removing(where: two.contains).bits == one.subtracting(two).sorted())
        for value in 0..<80 as Range<UInt64> {
            #expect(left.contains(ReviewMark(bits: value)) == one.contains(value), "\(value)")
        }
        #expect(left.prefix(3).bits == Array(one.sorted().prefix(3)))
        #expect(SortedMarks(bytes: left.bytes) == left)
        #expect(left.bytes.count == 8 * one.count)
    }

    @Test func `is kept with the highest byte first`() {
        let marks = SortedMarks([0x0102_0304_0506_0708, .max, 0])
        let none = [UInt8](repeating: 0, count: 8)
        #expect(marks.bytes == none + [1, 2, 3, 4, 5, 6, 7, 8] + [UInt8](repeating: 255, count: 8))
    }

    @Test func `is read in whatever order it stands, each mark once`() {
        let bytes = SortedMarks([9]).bytes + SortedMarks([2, 5]).bytes + SortedMarks([9]).bytes
        #expect(SortedMarks(bytes: bytes)?.bits == [2, 5, 9])
        #expect(SortedMarks(bytes: bytes.dropLast()) == nil)
        #expect(SortedMarks(bytes: [UInt8]())?.isEmpty == true)
    }
}

@Suite struct `Marks that are to be written` {
    @Test func `are bounded, and each is there once`() {
        var pending = PendingMarks(capacity: 2)
        // 2 is among them when there is no room any more.
        let taken = [1, 1, 2, 3, 2].map { pending.add(ReviewMark(bits: $0)) }
        #expect(taken == [true, true, true, false, true])
        #expect(pending.sorted.bits == [1, 2])
        pending.remove(SortedMarks([1, 7, 8, 9]))
        #expect(pending.sorted.bits == [2])
        let isTaken = pending.add(ReviewMark(bits: 3))
        #expect(isTaken)
        pending.remove(SortedMarks([3]))
        #expect(pending.sorted.bits == [2])
    }

    @Test func `wait in a queue that drops and counts what it has no room for`() throws {
        let calls = Calls()
        let queue = MarkQueue(capacity: 4) { calls.add() }
        let runs = try (1...7).map { try #require(JudgedRun(uid: "run", generation: $0)) }
        for run in runs { queue.add(run) }
        #expect(calls.count == 2, "the first, and when half of the room is taken")
        var taken: [JudgedRun] = []
        #expect(queue.take { taken.append($0) } == 3)
        #expect(taken == Array(runs.prefix(4)))
        #expect(queue.take { _ in Issue.record("taken twice") } == 0)
        queue.add(runs[6])
        #expect(calls.count == 3)
        taken = []
        #expect(queue.take { taken.append($0) } == 0)
        #expect(taken == [runs[6]])
    }
}

@Suite struct `The schedule of marks` {
    @Test func `writes at once, then seconds after the first mark, and not too often`() {
        var schedule = MarkSchedule(now: 100)
        #expect(schedule.wait(now: 100) == 0)
        schedule.begin(now: 100)
        schedule.succeeded()
        #expect(schedule.wait(now: 100) == nil)
        schedule.noted(now: 10_000)
        #expect(schedule.wait(now: 10_000) == 2000)
        schedule.noted(now: 11_000)
        #expect(schedule.wait(now: 11_000) == 1000, "the second does not put it off")
        schedule.begin(now: 12_000)
        schedule.succeeded()
        schedule.noted(now: 12_100)
        #expect(schedule.wait(now: 12_100) == 4900)
        #expect(schedule.wait(now: 20_000) == 0)
    }

    @Test func `waits longer after each failure, and as long as it was told`() {
        var schedule = MarkSchedule(now: 0)
        var waits: [Int64] = []
        for _ in 0..<8 {
            schedule.begin(now: 0)
            schedule.failed(now: 0, retryAfter: nil, jitter: 0)
            schedule.noted(now: 0)
            waits.append(schedule.wait(now: 0) ?? -1)
        }
        #expect(waits == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
        schedule.begin(now: 0)
        schedule.failed(now: 0, retryAfter: 300_000, jitter: 0)
        #expect(schedule.wait(now: 0) == 300_000)
        schedule.begin(now: 0)
        schedule.succeeded()
        schedule.failed(now: 0, retryAfter: nil, jitter: 0.5)
        #expect(schedule.wait(now: 0) == 1500)
    }
}

@Suite struct `Marks of no use` {
    private static let grace = MarkPruning.graceMilliseconds

    /// Expects what is left of the ConfigMaps after one look at all of them.
    private func look(
        _ pruning: inout MarkPruning,
        _ maps: [SortedMarks],
        active: SortedMarks,
        now: Int64,
        gives expected: [SortedMarks],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        pruning.begin()
        let left = maps.map { marks in
            let rest = pruning.rest(of: marks, active: active, now: now)
            pruning.settled(rest, active: active)
            return rest
        }
        pruning.end()
        #expect(left == expected, sourceLocation: sourceLocation)
    }

    @Test func `go once they were seen without a run for ten minutes`() {
        var pruning = MarkPruning()
        let maps = [SortedMarks([1, 2, 3])]
        let active = SortedMarks([2])
        look(&pruning, maps, active: active, now: 5, gives: maps)
        look(&pruning, maps, active: active, now: 5 + Self.grace - 1, gives: maps)
        look(&pruning, maps, active: active, now: 5 + Self.grace, gives: [SortedMarks([2])])
        #expect(pruning.unmatchedCount == 2)
        look(&pruning, [SortedMarks([2])], active: active, now: 5 + Self.grace, gives: [SortedMarks([2])])
        #expect(pruning.unmatchedCount == 0, "what is there no more is forgotten")
    }

    @Test func `stay from the moment that their run is seen`() {
        var pruning = MarkPruning()
        let maps = [SortedMarks([1])]
        look(&pruning, maps, active: SortedMarks(), now: 0, gives: maps)
        look(&pruning, maps, active: SortedMarks([1]), now: Self.grace - 1, gives: maps)
        // Its run ends: the time begins anew.
        look(&pruning, maps, active: SortedMarks(), now: Self.grace, gives: maps)
        look(&pruning, maps, active: SortedMarks(), now: 2 * Self.grace - 1, gives: maps)
        look(&pruning, maps, active: SortedMarks(), now: 2 * Self.grace, gives: [SortedMarks()])
    }

    @Test func `are those that several replicas left of one run, all but the first`() {
        var pruning = MarkPruning()
        let maps = [SortedMarks([1, 5]), SortedMarks([1, 6]), SortedMarks([6])]
        let active = SortedMarks([1, 5, 6])
        let left = [SortedMarks([1, 5]), SortedMarks([6]), SortedMarks()]
        look(&pruning, maps, active: active, now: 0, gives: left)
    }

    /// A ConfigMap is read again when another replica has written it meanwhile.
    @Test func `are told the same of a ConfigMap that is looked at twice`() {
        var pruning = MarkPruning()
        pruning.begin()
        let active = SortedMarks([1, 2])
        let first = pruning.rest(of: SortedMarks([1, 3]), active: active, now: 0)
        let second = pruning.rest(of: SortedMarks([1, 2, 3]), active: active, now: 0)
        #expect(first == SortedMarks([1, 3]) && second == SortedMarks([1, 2, 3]))
        pruning.settled(second, active: active)
        let next = pruning.rest(of: SortedMarks([2]), active: active, now: 0)
        #expect(next.isEmpty)
    }
}
