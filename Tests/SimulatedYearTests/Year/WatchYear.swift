import AgentRuns
import ClusterState
import Policy
import SimulationSupport
import TestRandomness

@testable import AdmissionServer
@testable import KubernetesClient

/// One list and watch through a year, with the state it fills.
///
/// While nothing happens a watch begins where the last one ended: those times are left out, and the replica's steady clock
/// stands still in them.
struct WatchYear {
    /// So long after its cause what is known may be old: a watch that is silent, and the longest waits between tries.
    private static let bound = YearPlan.minute
    private static let before = 40 * YearPlan.second

    /// What is wrong for a while.
    private struct Trouble {
        enum Kind {
            case cut
            /// A watch from before is too old, once.
            case compaction
            /// The token has expired in the middle of a watch, and the next one is late.
            case unauthorized
            /// The API server answers 500, each time with the time in its words.
            case failing
        }

        var kind: Kind
        var start: Int64
        var end: Int64
    }

    /// What is under way.
    private enum Call {
        case none
        case answer(Answer, at: Int64)
        case watch(endsAt: Int64, isSilent: Bool)
    }

    private enum Answer {
        case page
        case opened(seconds: Int)
        case failed(RequestError)
    }

    // Unchecked: it belongs to the thread that lives through the year.
    private final class Clock: @unchecked Sendable {
        var milliseconds: Int64 = 0
    }

    // Unchecked: it belongs to the thread that lives through the year.
    private final class Told: @unchecked Sendable {
        var failures = 0
        var recoveries = 0
    }

    private static let source = ClusterSource(kind: .agentRun, namespace: nil)

    private let plan: YearPlan
    private var random: SplitMix
    private var machine = ReflectorStateMachine(timing: ReflectorTiming())
    private let clock: Clock
    private let told: Told
    private let store: ClusterStore
    private let sink: StoreSink
    private var call = Call.none
    private var isTooOld = false
    private var listedAt: Int64 = 0
    /// Of the trouble there is.
    private var causes: Set<FailureCause> = []

    init(_ plan: YearPlan, _ random: SplitMix) {
        (self.plan, self.random) = (plan, random)
        let (clock, told) = (Clock(), Told())
        (self.clock, self.told) = (clock, told)
        store = ClusterStore(
            repositoryOptions: RepositoryName.Options(),
            generation: .august2026,
            owner: .cluster([Self.source]),
            clock: { clock.milliseconds }
        )
        sink = StoreSink(Self.source, store: store, figures: FeedFigures(), claims: nil, audited: nil) { event in
            switch event {
            case .listed: break
            case .failed: told.failures += 1
            case .recovered: told.recoveries += 1
            }
        }
    }

    mutating func run() throws(Violation) {
        perform(machine.start(now: 0), 0)
        for trouble in troubles() {
            let length = trouble.end - trouble.start
            let start = clock.milliseconds + Self.before
            try pass(until: start, nil, trouble.start)
            var shifted = trouble
            (shifted.start, shifted.end) = (start, start + length)
            if trouble.kind == .compaction { isTooOld = true }
            try pass(until: shifted.end, shifted, trouble.start)
            try pass(until: shifted.end + Self.bound, nil, trouble.start)
            guard case .synced(let heard, nil) = machine.condition, clock.milliseconds - heard <= 30 * YearPlan.second
            else {
                throw violation(trouble.start, "is not well a minute after \(trouble.kind): \(machine.condition)")
            }
        }
    }

    private mutating func troubles() -> [Trouble] {
        var all = plan.cuts.filter { ($0.replica ?? 0) == 0 }.map { cut in
            // What is longer is only more of the same.
            Trouble(kind: .cut, start: cut.start, end: min(cut.end, cut.start + 10 * YearPlan.minute))
        }
        all += plan.compactions.map { Trouble(kind: .compaction, start: $0, end: $0 + YearPlan.second) }
        for kind in [Trouble.Kind.unauthorized, .failing] where random.happens(500) {
            let start = random.draw(0...YearPlan.length)
            all.append(Trouble(kind: kind, start: start, end: start + random.draw(1...300) * YearPlan.second))
        }
        return all.sorted { $0.start < $1.start }
    }

    private mutating func pass(until end: Int64, _ trouble: Trouble?, _ day: Int64) throws(Violation) {
        if case .watch(let endsAt, _) = call, trouble?.kind == .cut { call = .watch(endsAt: endsAt, isSilent: true) }
        while true {
            var next = machine.wakeMilliseconds ?? .max
            switch call {
            case .none: break
            case .answer(_, let at): next = min(next, at)
            case .watch(let endsAt, let isSilent): if !isSilent { next = min(next, endsAt) }
            }
            guard next < end else { break }
            clock.milliseconds = max(next, clock.milliseconds)
            step(trouble)
            // Of one trouble each cause once, and one recovery for each trouble.
            if told.failures > causes.count {
                throw violation(day, "was told \(told.failures) times of \(causes.count) causes")
            }
        }
        clock.milliseconds = end
    }

    private mutating func step(_ trouble: Trouble?) {
        let now = clock.milliseconds
        switch call {
        case .answer(let answer, let at) where at <= now:
            call = .none
            receive(answer, trouble)
        case .watch(let endsAt, isSilent: false) where endsAt <= now:
            call = .none
            // Its last words are a bookmark.
            _ = machine.received(.bookmark(resourceVersion: "1"), now: now, jitter: jitter)
            sink.flush(heardAt: now)
            recoverIfWell()
            perform(machine.watchEnded(now: now, jitter: jitter), now, trouble)
        default: fail(machine.wake(now: now, jitter: jitter), trouble)
        }
    }

    private mutating func receive(_ answer: Answer, _ trouble: Trouble?) {
        let now = clock.milliseconds
        switch answer {
        case .page:
            isTooOld = false
            let page = ListPage(resourceVersion: "1", continueToken: nil, items: [])
            perform(machine.received(page, now: now, jitter: jitter), now, trouble)
        case .opened(let seconds):
            perform(machine.watchOpened(now: now), now, trouble)
            call = .watch(endsAt: now + Int64(seconds) * 1000, isSilent: trouble?.kind == .cut)
        case .failed(let error): fail(machine.failed(error.failure, now: now, jitter: jitter), trouble)
        }
    }

    private mutating func fail(_ action: ReflectorStateMachine.Action, _ trouble: Trouble?) {
        if case .wait = action {
            switch machine.condition {
            case .unsynced(let failure?), .synced(_, let failure?), .unknown(let failure):
                causes.insert(failure.cause)
                sink.failed(machine.condition, failure)
            case .unsynced(nil), .synced(_, nil): break
            }
        }
        perform(action, clock.milliseconds, trouble)
    }

    private mutating func perform(_ action: ReflectorStateMachine.Action, _ now: Int64, _ trouble: Trouble? = nil) {
        switch action {
        case .none: break
        case .list:
            listedAt = now
            sink.beginList()
            call = .answer(error(trouble).map { .failed($0) } ?? .page, at: now + delay(trouble))
        case .commitAndWatch(_, let seconds):
            sink.commitList(heardAt: listedAt, failure: machine.stall)
            recoverIfWell()
            watch(seconds, trouble)
        case .watch(_, let seconds): watch(seconds, trouble)
        case .wait: call = .none
        case .probe: machine.probed("1", askedAt: now)
        case .resume:
            sink.resumed()
            recoverIfWell()
        }
    }

    private mutating func watch(_ seconds: Int, _ trouble: Trouble?) {
        let answer = error(trouble).map { Answer.failed($0) } ?? (isTooOld ? Self.gone : .opened(seconds: seconds))
        call = .answer(answer, at: clock.milliseconds + delay(trouble))
    }

    private mutating func recoverIfWell() {
        causes = []
        told.failures = 0
    }

    private var jitter: Double { mutating get { Double(random.draw(0...999)) / 1000 } }

    private mutating func delay(_ trouble: Trouble?) -> Int64 {
        trouble?.kind == .cut ? 5 * YearPlan.second : random.draw(1...200)
    }

    private static let gone = Answer.failed(.status(APIStatus(code: 410, reason: "Expired", message: "too old")))

    private func error(_ trouble: Trouble?) -> RequestError? {
        switch trouble?.kind {
        case .cut: .unreachable(server: "api.example", reason: "no connection within 5 s")
        case .unauthorized: .status(APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized"))
        case .failing:
            .status(APIStatus(code: 500, reason: "InternalError", message: "current time \(clock.milliseconds)"))
        case .compaction, nil: nil
        }
    }

    private func violation(_ time: Int64, _ text: String) -> Violation {
        Violation(strand: "watches", time: time, text: text)
    }
}
