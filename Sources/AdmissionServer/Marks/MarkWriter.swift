internal import KubernetesClient
internal import NIOCore
private import Prometheus
private import Synchronization

/// Writes the marks of this replica's reviews into a ConfigMap, with what others have written there.
///
/// Each replica has one of the ConfigMaps that it writes to as long as there is room, and knows what is in it: a write is one
/// request unless somebody else has written there meanwhile.
actor MarkWriter {
    /// What it needs of the machine.
    struct Environment: Sendable {
        /// Never going back.
        var monotonicMilliseconds: @Sendable () -> Int64
        /// Random, from 0 up to 1.
        var jitter: @Sendable () -> Double
        /// Which ConfigMap it writes to at first.
        var firstIndex: Int
    }

    /// How often somebody else may be faster in one write.
    private static let maximumConflicts = 5
    /// Replicas that write to one ConfigMap part after so many writes that met each other.
    private static let conflictsBeforeMove = 2
    /// While the server stops.
    private static let retryMilliseconds: Int64 = 200

    private let api: MarksClient
    private let queue: MarkQueue
    private let waker: Waker
    private let metrics: MarkMetrics
    private let troubles: MarksTroubles
    private let environment: Environment
    private let waiting: Atomic<Int>

    private var pending = PendingMarks()
    private var index: Int
    /// What is in the ConfigMap as far as this replica knows; nil when it has to be read, or is not there.
    private var known: MarksObject?
    /// Writes that met another's, one after the other.
    private var conflicts = 0

    init(
        _ api: MarksClient,
        queue: MarkQueue,
        waker: Waker,
        metrics: MarkMetrics,
        troubles: MarksTroubles,
        environment: Environment
    ) {
        (self.api, self.queue, self.waker) = (api, queue, waker)
        (self.metrics, self.troubles, self.environment) = (metrics, troubles, environment)
        index = environment.firstIndex % MarksObject.count
        waiting = Atomic(0)
    }

    /// Marks that are not written yet.
    nonisolated var waitingCount: Int { waiting.load(ordering: .relaxed) }

    private var now: Int64 { environment.monotonicMilliseconds() }

    /// Writes what comes until the task is cancelled.
    func run() async {
        var schedule = MarkSchedule(now: now)
        while !Task.isCancelled {
            collect()
            if !pending.isEmpty { schedule.noted(now: now) }
            let wait = schedule.wait(now: now)
            guard wait == 0 else {
                // Nothing is missed: whatever comes calls the waker.
                await waker.wait(milliseconds: wait ?? 3_600_000)
                continue
            }
            schedule.begin(now: now)
            do throws(MarksFailure) {
                try await write(by: .max)
                schedule.succeeded()
            } catch {
                schedule.failed(
                    now: now,
                    retryAfter: error.retryAfterMilliseconds,
                    jitter: environment.jitter()
                )
            }
        }
    }

    /// Writes what waits, for so long at the most; how many marks were lost.
    func finish(withinMilliseconds timeout: Int64) async -> Int {
        let deadline = now + timeout
        collect()
        while !pending.isEmpty, now < deadline {
            do throws(MarksFailure) {
                try await write(by: deadline)
            } catch {
                // Nobody waits for it any more, and no wait would last.
                guard !Task.isCancelled else { break }
                await waker.wait(milliseconds: min(Self.retryMilliseconds, deadline - now))
            }
        }
        return pending.count
    }

    /// Takes what reviews have left.
    private func collect() {
        var (noted, dropped) = (0, 0)
        dropped += queue.take { run in
            noted += 1
            if !pending.add(run.mark) { dropped += 1 }
        }
        metrics.marks[.noted]?.increment(by: Int64(noted))
        metrics.marks[.dropped]?.increment(by: Int64(dropped))
        noteWaiting()
    }

    private func noteWaiting() { waiting.store(pending.count, ordering: .relaxed) }

    // MARK: Writing

    /// Writes all that waits, and makes a ConfigMap where there is none; counts and tells what comes of it.
    private func write(by deadline: Int64) async throws(MarksFailure) {
        do throws(MarksFailure) {
            try await writeAll(by: deadline)
            troubles.noteSuccess()
            noteWaiting()
        } catch {
            // The next attempt may meet another one: what is wrong may be wrong with this alone.
            move()
            metrics.writes[error.result]?.increment()
            troubles.note(error)
            throw error
        }
    }

    private func writeAll(by deadline: Int64) async throws(MarksFailure) {
        var (changes, full) = (0, 0)
        repeat {
            let object = try await current(by: deadline)
            let kept = object?.marks ?? SortedMarks()
            pending.remove(kept)
            if let object, object.flaw == nil, pending.isEmpty { break }
            let room = MarksObject.maximumMarks - kept.count
            guard room > 0 || pending.isEmpty else {
                full += 1
                guard full < MarksObject.count else { throw .full }
                move()
                continue
            }
            let added = pending.sorted.prefix(room)
            switch try await api.write(kept.union(added), to: index, over: object, within: left(until: deadline)) {
            case .written(let object):
                known = object
                pending.remove(added)
                metrics.writes[.written]?.increment()
                metrics.marks[.written]?.increment(by: Int64(added.count))
            case .changed:
                known = nil
                changes += 1
                metrics.writes[.conflict]?.increment()
                guard changes < Self.maximumConflicts else { throw .contended(index) }
            }
        } while !pending.isEmpty || known == nil
        settle(hadConflict: changes > 0)
    }

    /// Two replicas that write to one ConfigMap have to read it each time: one of them is to go elsewhere.
    private func settle(hadConflict: Bool) {
        conflicts = hadConflict ? conflicts + 1 : 0
        if conflicts >= Self.conflictsBeforeMove { move() }
    }

    private func move() {
        index = (index + 1) % MarksObject.count
        (known, conflicts) = (nil, 0)
    }

    private func current(by deadline: Int64) async throws(MarksFailure) -> MarksObject? {
        if let known { return known }
        let object = try await api.read(index, within: left(until: deadline))
        troubles.note(object, index)
        known = object
        return object
    }

    private func left(until deadline: Int64) -> Int64 {
        deadline == .max ? MarksClient.timeoutMilliseconds : min(MarksClient.timeoutMilliseconds, deadline - now)
    }
}
