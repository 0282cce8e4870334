import AgentRuns
import ClusterState
import JSONPull
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.apart) struct `A series of events` {
    private static let update = EventSeries.updateMilliseconds

    private static func draft(
        _ name: String = "run",
        namespace: String = "agents",
        note: String = "n"
    ) throws -> EventDraft {
        let run = ObjectKey(namespace: ExactString(namespace), name: ExactString(name))
        let regarding = try #require(EventObjectReference(run: run, uid: "uid"))
        return EventDraft(regarding: regarding, reason: .admittedWithWarnings, note: note)
    }

    private static func series(_ limits: EventSeries.Limits = EventSeries.Limits()) -> EventSeries {
        EventSeries(instance: "replica", limits: limits, now: .at(0))
    }

    private static func next(_ series: inout EventSeries, at time: Int64) -> EventWrite? {
        series.next(now: .at(time))
    }

    /// Makes all requests there are, each answered the same.
    @discardableResult
    private static func write(
        _ series: inout EventSeries,
        at time: Int64,
        _ answer: EventAnswer = .written
    ) -> [EventWrite] {
        var writes: [EventWrite] = []
        while let write = series.next(now: .at(time)) {
            writes.append(write)
            series.received(answer, to: write, jitter: 0, now: .at(time))
            if writes.count > 5000 { break }
        }
        return writes
    }

    @Test func `begins with one that is created, and is one at the first repeat`() throws {
        var series = Self.series()
        let draft = try Self.draft()
        series.add(draft, now: .at(0))
        let first = Self.write(&series, at: 1000)
        #expect(first.map(\.count) == [1] && first.map(\.isCreation) == [true])
        series.add(draft, now: .at(5000))
        let second = Self.write(&series, at: 5001)
        #expect(second.map(\.count) == [2] && second.map(\.isCreation) == [false])
        #expect(second.first?.name == first.first?.name && second.first?.lastAt == ClaimMoment.at(5000).wall)
        #expect(second.first?.firstAt == ClaimMoment.at(0).wall)
        let counts = series.takeCounts()
        #expect(counts.created == [.admittedWithWarnings: 1] && counts.updated == 1 && counts.dropped.isEmpty)
    }

    @Test func `is brought up to date every six minutes however often it is repeated`() throws {
        var series = Self.series()
        let draft = try Self.draft()
        var writes: [EventWrite] = []
        for second in 0..<3600 {
            let time = Int64(second) * 1000
            series.add(draft, now: .at(time))
            series.tick(now: .at(time))
            writes += Self.write(&series, at: time)
        }
        // Created, a series at once, and one each six minutes.
        #expect(writes.count == 2 + 9, "\(writes.map(\.count))")
        #expect(writes.map(\.count) == writes.map(\.count).sorted() && writes.last?.count ?? 0 > 3000)
        #expect(writes.count { $0.isCreation } == 1)
    }

    @Test func `ends with its last count when nothing was repeated for six minutes`() throws {
        var series = Self.series()
        let draft = try Self.draft()
        for time: Int64 in [0, 1000, 2000, 3000] {
            series.add(draft, now: .at(time))
            Self.write(&series, at: time)
        }
        series.tick(now: .at(1000 + Self.update))
        let last = Self.write(&series, at: 1000 + Self.update)
        #expect(last.map(\.count) == [4] && last.first?.lastAt == ClaimMoment.at(3000).wall)
        series.tick(now: .at(3000 + Self.update))
        #expect(series.heldCount == 0)
        series.add(draft, now: .at(4000 + Self.update))
        let next = Self.write(&series, at: 4000 + Self.update)
        #expect(next.map(\.isCreation) == [true] && next.first?.name != last.first?.name)
    }

    @Test func `goes on in another event when its own is gone`() throws {
        var series = Self.series()
        let draft = try Self.draft()
        series.add(draft, now: .at(0))
        Self.write(&series, at: 0)
        series.add(draft, now: .at(1000))
        let update = try #require(Self.next(&series, at: 1000))
        series.received(.absent, to: update, jitter: 0, now: .at(1000))
        let again = Self.write(&series, at: 1001)
        #expect(again.map(\.isCreation) == [true] && again.map(\.count) == [2])
    }

    @Test func `says in it what was repeated before it was there`() throws {
        var series = Self.series()
        let draft = try Self.draft()
        series.add(draft, now: .at(0))
        let write = try #require(Self.next(&series, at: 0))
        series.add(draft, now: .at(10))
        series.received(.written, to: write, jitter: 0, now: .at(20))
        #expect(Self.write(&series, at: 30).map(\.count) == [2])
        // Repeated while it waits: it is created as a series.
        let other = try Self.draft("other")
        for _ in 0..<3 { series.add(other, now: .at(40)) }
        #expect(Self.write(&series, at: 50).map(\.count) == [3])
    }

    @Test func `is told of an author's ten thousand runs a few hundred times an hour`() throws {
        var series = Self.series()
        var created = 0
        for number in 0..<10_000 {
            // 2.8 a second, for an hour.
            let time = Int64(number) * 360
            series.add(try Self.draft("run-\(number)"), now: .at(time))
            series.tick(now: .at(time))
            created += Self.write(&series, at: time).count
        }
        #expect((380...390).contains(created), "\(created)")
        #expect(series.takeCounts().dropped == [.rate: 10_000 - created])
        #expect(series.heldCount < 50)
        // Nobody else is held up by it.
        series.add(try Self.draft(namespace: "others"), now: .at(3_600_000))
        #expect(Self.write(&series, at: 3_600_000).count == 1)
    }

    @Test func `is bounded in all namespaces together, and in what it keeps in mind`() throws {
        var series = Self.series()
        for number in 0..<5000 { series.add(try Self.draft(namespace: "n-\(number)"), now: .at(0)) }
        #expect(Self.write(&series, at: 0).count == EventSeries.Limits().burst)
        var limits = EventSeries.Limits()
        (limits.events, limits.burst, limits.namespaceBurst) = (10, 1000, 1000)
        series = Self.series(limits)
        for number in 0..<100 { series.add(try Self.draft("run-\(number)"), now: .at(0)) }
        #expect(series.heldCount == 10 && series.takeCounts().dropped == [.rate: 90])
    }

    @Test func `makes two requests at a time`() throws {
        var series = Self.series()
        for number in 0..<3 { series.add(try Self.draft("run-\(number)"), now: .at(0)) }
        let first = try #require(Self.next(&series, at: 0))
        _ = try #require(Self.next(&series, at: 0))
        #expect(Self.next(&series, at: 0) == nil)
        series.received(.written, to: first, jitter: 0, now: .at(1))
        #expect(Self.next(&series, at: 1) != nil)
    }

    // MARK: Failures

    private static func failure(_ isTransient: Bool, retryAfterMilliseconds: Int64? = nil) -> EventAnswer {
        .failed(
            EventFailure(
                message: "m",
                cause: "c",
                isTransient: isTransient,
                retryAfterMilliseconds: retryAfterMilliseconds
            )
        )
    }

    @Test func `waits longer after each failure, as long as the server says, and gives up what is old`() throws {
        var series = Self.series()
        series.add(try Self.draft(), now: .at(0))
        var times: [Int64] = []
        var time: Int64 = 0
        while series.unwrittenCount > 0, time < 1_000_000 {
            if let write = series.next(now: .at(time)) {
                times.append(time)
                let wait: Int64? = times.count == 3 ? 60_000 : nil
                series.received(Self.failure(true, retryAfterMilliseconds: wait), to: write, jitter: 0, now: .at(time))
            }
            time += 1000
        }
        #expect(times.prefix(6) == [0, 1000, 3000, 63_000, 71_000, 87_000], "\(times)")
        #expect(time <= EventSeries.maximumAgeMilliseconds + 31_000)
        let counts = series.takeCounts()
        #expect(counts.dropped == [.failed: 1] && counts.failures == times.count)
        #expect(series.heldCount == 0)
    }

    @Test func `does not ask again for what the server would not have`() throws {
        var series = Self.series()
        series.add(try Self.draft(), now: .at(0))
        #expect(Self.write(&series, at: 0, Self.failure(false)).count == 1)
        #expect(series.takeCounts().dropped == [.failed: 1] && series.heldCount == 0)
    }

    @Test(arguments: [EventAnswer.absent, .terminating])
    func `drops what a namespace that is gone would have`(answer: EventAnswer) throws {
        var series = Self.series()
        series.add(try Self.draft(), now: .at(0))
        Self.write(&series, at: 0, answer)
        #expect(series.takeCounts().dropped == [.namespace: 1] && series.heldCount == 0)
    }

    @Test func `is not asked for where it is forbidden, and is elsewhere`() throws {
        var series = Self.series()
        let forbidden = EventAnswer.forbidden(EventFailure(message: "m", cause: "c", isTransient: false))
        for number in 0..<10 { series.add(try Self.draft("run-\(number)"), now: .at(0)) }
        series.add(try Self.draft(namespace: "others"), now: .at(0))
        let refused = try #require(Self.next(&series, at: 0))
        series.received(forbidden, to: refused, jitter: 0, now: .at(0))
        #expect(Self.write(&series, at: 1).map(\.draft.regarding.namespace) == ["others"])
        series.add(try Self.draft("later"), now: .at(29_000))
        #expect(series.takeCounts().dropped == [.forbidden: 11])
        // Tried again after a while, and if it is still forbidden after a longer one.
        series.add(try Self.draft("later"), now: .at(30_000))
        Self.write(&series, at: 30_000, forbidden)
        series.add(try Self.draft("later"), now: .at(89_000))
        #expect(series.takeCounts().dropped == [.forbidden: 2])
        series.add(try Self.draft("later"), now: .at(90_000))
        #expect(Self.write(&series, at: 90_000).count == 1)
    }

    @Test func `keeps an event whose series may not be brought up to date`() throws {
        var series = Self.series()
        let draft = try Self.draft()
        series.add(draft, now: .at(0))
        Self.write(&series, at: 0)
        series.add(draft, now: .at(1))
        Self.write(&series, at: 1, .forbidden(EventFailure(message: "m", cause: "c", isTransient: false)))
        series.add(draft, now: .at(2))
        #expect(Self.write(&series, at: 2).isEmpty && series.heldCount == 1)
        series.add(try Self.draft("other"), now: .at(3))
        #expect(Self.write(&series, at: 3).count == 1)
    }

    @Test func `does not grow however many namespaces there are`() throws {
        var series = Self.series()
        for number in 0..<20_000 {
            let time = Int64(number) * 1000
            series.add(try Self.draft(namespace: "n-\(number)"), now: .at(time))
            series.tick(now: .at(time))
            Self.write(&series, at: time)
        }
        #expect(series.heldCount <= 361 && series.namespaceCount <= EventSeries.Limits().namespaces)
    }
}
