import AgentRuns
import JSONPull
import KubernetesClient
import Logging
import SimulationSupport
import TestRandomness

@testable import AdmissionServer
@testable import ClusterState

/// Claims of branches through a year of clocks that jump: the janitors and the clocks they go by are the real ones.
///
/// Tests/ClaimsSimulationTests has the protocol with all that can go wrong in minutes; here is what months bring.
final class ClaimYear {
    /// Longest time from a claim to the storage of its run.
    private static let gap = 40 * YearPlan.second
    /// By then the API server's answers have told that a clock is wrong, and the replica judges nothing any more.
    private static let noticing = 30 * YearPlan.second
    /// So long after its run a claim may be there.
    private static let bound = YearPlan.hour

    enum Event {
        case review(Int)
        case store(String)
        case end(String)
        case step(Int)
        case answer(Int, life: Int, ClaimAnswer, ClaimJanitor.Ticket)
        case restart(Int)
        /// A watch tells of all there is.
        case hear(Int)
        case look
        /// An answer of the API server tells a replica the time, though it has asked for nothing that claims are about; of nil
        /// whichever life of it is there.
        case hearTime(Int, life: Int?)
    }

    /// The runs a replica knows.
    private struct Known: KnownRuns {
        var runs: [ObjectKey: HolderRun] = [:]

        func run(of holder: ClaimHolder) -> HolderRun? { runs[holder.run].flatMap { $0.uid == holder.uid ? $0 : nil } }
        func claimants(of branch: BranchKey) -> [HolderRun] { runs.values.filter { $0.branches.contains(branch) } }
        func forEachHolder(_ body: (HolderRun) -> Void) { runs.values.forEach(body) }
        func activeJob(of run: ObjectKey) -> ExactString? { nil }
    }

    private struct Replica {
        var janitor: ClaimJanitor
        var clock: HeldClock
        var known = Known()
        var life = 0
        var told = ToldClaims()
        var startedAt: Int64
        var nextStep = Int64.max
    }

    // Unchecked: it belongs to the thread that lives through the year.
    private final class Time: @unchecked Sendable {
        var milliseconds: Int64 = 0
    }

    private let plan: YearPlan
    private var random: SplitMix
    /// The machine's clock is gone by as it is, a bug.
    private let believesJumps: Bool
    /// A cause of failure is the text that is told of it, another bug.
    private let tellsByText: Bool
    private let time = Time()
    private var queue = EventQueue<Event>()
    private var replicas: [Replica] = []
    private var leases: [ClaimKey: HeldClaim] = [:]
    private var runs: [ObjectKey: HolderRun] = [:]
    private var ends: [ObjectKey: Int64] = [:]
    /// Until when a run may be stored, by its name.
    private var pending: [ObjectKey: Int64] = [:]
    private var version = 0
    private var number = 0
    private var failure: Violation?
    private(set) var claims = 0

    private var now: Int64 { time.milliseconds }

    init(_ plan: YearPlan, _ random: SplitMix, believesJumps: Bool = false, tellsByText: Bool = false) {
        (self.plan, self.random, self.believesJumps) = (plan, random, believesJumps)
        self.tellsByText = tellsByText
    }

    func run() throws(Violation) {
        for index in 0..<plan.replicas {
            replicas.append(make(index))
            tellTime(index)
        }
        for (index, time) in plan.restarts { queue.add(.restart(index), at: time) }
        for cut in plan.cuts {
            for index in replicas.indices where (cut.replica ?? index) == index {
                queue.add(.hear(index), at: cut.end)
                for _ in 0..<3 { queue.add(.review(index), at: random.draw(cut.start...cut.end)) }
            }
        }
        for day in stride(from: Int64(1), to: 400, by: 12) {
            let time = day * YearPlan.day + random.draw(0...YearPlan.day)
            queue.add(.review(Int(random.draw(0...Int64(plan.replicas - 1)))), at: time)
        }
        for (index, jump) in plan.ownJumps {
            for edge in [jump.start, jump.end] {
                for _ in 0..<4 {
                    let reviewer = random.happens(500) ? index : Int(random.draw(0...Int64(plan.replicas - 1)))
                    queue.add(
                        .review(reviewer),
                        at: max(0, edge + random.draw((-30 * YearPlan.second)...Self.noticing))
                    )
                }
            }
        }
        // A dozen answers a minute tell when a clock has come right again.
        for edge in (plan.jumps + plan.ownJumps.map(\.jump)).flatMap({ [$0.start, $0.end] }) {
            for index in replicas.indices { queue.add(.hearTime(index, life: nil), at: edge + YearPlan.minute) }
        }
        queue.add(.look, at: YearPlan.length)
        while let (next, event) = queue.pop(), next <= YearPlan.length {
            time.milliseconds = next
            handle(event)
            if let failure { throw failure }
        }
        try checkEnd()
    }

    /// Watches begin anew at least every few minutes; the first times tell all there is to tell.
    private func tellTime(_ index: Int) {
        for minute in [1, 5, 10] as [Int64] {
            queue.add(.hearTime(index, life: replicas[index].life), at: now + minute * YearPlan.minute)
        }
    }

    private func make(_ index: Int) -> Replica {
        let (plan, time, start) = (plan, time, time.milliseconds)
        let clock = HeldClock(
            steady: { time.milliseconds },
            wall: { plan.ownTime(of: index, at: time.milliseconds) },
            finding: { plan.finding(index, at: time.milliseconds, since: start, after: Self.noticing) }
        )
        let janitor = ClaimJanitor(
            .init(scope: .cluster, replica: "replica-\(index)", timing: ClaimTiming(), seed: random.next())
        )
        return Replica(janitor: janitor, clock: clock, startedAt: start)
    }

    private func moment(_ index: Int) -> ClaimMoment {
        if believesJumps {
            return ClaimMoment(wall: WallTime(milliseconds: plan.ownTime(of: index, at: now)), steady: now)
        }
        return replicas[index].clock.moment()
    }

    private func handle(_ event: Event) {
        switch event {
        case .look: break
        case .hearTime(let index, let life):
            if life ?? replicas[index].life == replicas[index].life, !plan.isCut(index, at: now) { _ = moment(index) }
        case .review(let index): review(index)
        case .store(let name): store(name)
        case .end(let name): end(name)
        case .step(let index):
            guard now >= replicas[index].nextStep else { return }
            replicas[index].nextStep = .max
            advance(index)
        case .answer(let index, let life, let answer, let ticket):
            guard replicas[index].life == life else { return }
            replicas[index].janitor.received(answer, for: ticket, now: moment(index))
            if case .failed(let failure) = answer {
                replicas[index].told.noteRemoval(failure)
                checkTold(index)
            }
            advance(index)
        case .restart(let index):
            let life = replicas[index].life + 1
            replicas[index] = make(index)
            replicas[index].life = life
            hear(index)
            tellTime(index)
        case .hear(let index): hear(index)
        }
        for index in replicas.indices { checkHeld(index) }
    }

    // MARK: Runs

    private static func key(_ name: String) -> ObjectKey {
        ObjectKey(namespace: "agents", name: ExactString(name))
    }

    private func review(_ index: Int) {
        // Nobody asks a replica that is not ready.
        let start = replicas[index].startedAt
        let finding = plan.finding(index, at: now, since: start, after: Self.noticing)
        guard finding == .close else { return }
        if plan.isCut(index, at: now) {
            replicas[index].told.note(.unavailable(lost()))
            return checkTold(index)
        }
        replicas[index].told.note(.held)
        checkTold(index)
        number += 1
        claims += 1
        let name = "run-\(number)"
        let branch = BranchKey(repository: "github.com/a/b", head: ExactString("branch-\(number)"))
        let holder = ClaimHolder(run: Self.key(name), uid: ExactString("uid-\(number)"))
        let claim = Claim(
            key: ClaimKey(branch: branch),
            holder: holder,
            acquiredAt: moment(index).wall,
            isDerived: false,
            replica: "replica-\(index)"
        )
        put(claim)
        if random.happens(850) {
            let delay = random.draw(0...Self.gap)
            pending[holder.run] = now + delay
            queue.add(.store(name), at: now + delay)
        }
    }

    private func store(_ name: String) {
        let key = Self.key(name)
        let number = name.dropFirst(4)
        pending[key] = nil
        let run = HolderRun(
            key: key,
            uid: ExactString("uid-\(number)"),
            phase: "Running",
            createdAt: nil,
            standing: .active,
            branches: [BranchKey(repository: "github.com/a/b", head: ExactString("branch-\(number)"))]
        )
        runs[key] = run
        queue.add(.end(name), at: now + random.draw(YearPlan.minute...(3 * YearPlan.day)))
        for index in replicas.indices where !plan.isCut(index, at: now) {
            replicas[index].known.runs[key] = run
            replicas[index].janitor.saw(run, now: moment(index))
            advance(index)
        }
    }

    private func end(_ name: String) {
        let key = Self.key(name)
        guard let run = runs.removeValue(forKey: key) else { return }
        ends[key] = now
        for index in replicas.indices where !plan.isCut(index, at: now) {
            replicas[index].known.runs[key] = nil
            replicas[index].janitor.sawDeletion(ofRun: key, uid: run.uid, now: moment(index))
            advance(index)
        }
    }

    /// Lists of all.
    private func hear(_ index: Int) {
        replicas[index].known.runs = runs
        let held = leases.values.sorted { $0.version.uid < $1.version.uid }
        let known = replicas[index].known
        replicas[index].janitor.replace(with: held, known: known, now: moment(index))
        replicas[index].janitor.resync(known, now: moment(index))
        advance(index)
    }

    // MARK: Leases

    @discardableResult
    private func put(_ claim: Claim) -> HeldClaim {
        version += 1
        let uid = leases[claim.key]?.version.uid ?? "lease-\(version)"
        let held = HeldClaim(claim: claim, version: LeaseVersion(uid: uid, resourceVersion: String(version)))
        leases[claim.key] = held
        for index in replicas.indices where !plan.isCut(index, at: now) {
            let known = replicas[index].known
            replicas[index].janitor.saw(held, known: known, now: moment(index))
            schedule(index, at: now)
        }
        return held
    }

    private func delete(_ held: HeldClaim) {
        let run = held.claim.holder.run
        if let until = pending[run] {
            fail("a claim is removed \((until - now) / 1000) s before its run \(run.name) is stored")
        }
        if runs[run] != nil { fail("the claim of \(run.name) is removed, which goes on") }
        leases[held.claim.key] = nil
        version += 1
        for index in replicas.indices where !plan.isCut(index, at: now) {
            let known = replicas[index].known
            replicas[index].janitor.sawDeletion(of: held, known: known, now: moment(index))
            schedule(index, at: now)
        }
    }

    private func execute(_ call: ClaimCall) -> ClaimAnswer {
        switch call {
        case .create(let claim): return leases[claim.key] == nil ? .lease(.claim(put(claim))) : .exists
        case .readLease(let key): return leases[key].map { .lease(.claim($0)) } ?? .absent
        case .readRun(let key): return runs[key].map { .run($0) } ?? .absent
        case .listJobs: return .jobs(active: nil)
        case .replace(let version, let claim):
            guard let held = leases[claim.key] else { return .absent }
            return held.version == version ? .lease(.claim(put(claim))) : .changed
        case .delete(let key, let version):
            guard let held = leases[key] else { return .absent }
            guard held.version == version else { return .changed }
            delete(held)
            return .deleted
        }
    }

    // MARK: Janitors

    private func schedule(_ index: Int, at time: Int64) {
        guard time < replicas[index].nextStep else { return }
        replicas[index].nextStep = time
        queue.add(.step(index), at: max(time, now))
    }

    private func advance(_ index: Int) {
        while true {
            let life = replicas[index].life
            switch replicas[index].janitor.next(now: moment(index)) {
            case .idle:
                _ = replicas[index].janitor.takeCounts()
                return
            case .wait(let until): return schedule(index, at: max(until, now + 1))
            case .call(let call, let ticket):
                let isLost = plan.isCut(index, at: now)
                let answer = isLost ? ClaimAnswer.failed(lost()) : execute(call)
                let delay = isLost ? 5 * YearPlan.second : random.draw(1...50)
                queue.add(.answer(index, life: life, answer, ticket), at: now + delay)
            }
        }
    }

    /// What it says is never the same, and what it is called is one of a few things.
    private func lost() -> ClaimFailure {
        let cause = random.pick(["timed out", "unreachable"])
        let message = "\(cause) at \(now)"
        return ClaimFailure(message: message, cause: tellsByText ? message : cause, isTransient: true)
    }

    // MARK: What must be so

    private func checkTold(_ index: Int) {
        guard let text = replicas[index].told.repeated else { return }
        fail("replica \(index) tells of one trouble again: \(text)")
    }

    /// What a janitor holds goes with what there is, whatever the day.
    private func checkHeld(_ index: Int) {
        let held = replicas[index].janitor.heldCount
        let there = leases.count + runs.count + pending.count
        if held > 6 * there + 24 { fail("the janitor of replica \(index) holds \(held) of \(there)") }
    }

    private func fail(_ text: String) {
        failure = failure ?? Violation(strand: "claims", time: now, text: text)
    }

    private func checkEnd() throws(Violation) {
        for held in leases.values where runs[held.claim.holder.run] == nil && pending[held.claim.holder.run] == nil {
            let end = max(
                ends[held.claim.holder.run] ?? 0,
                plan.cuts.map(\.end).filter { $0 < now + Self.bound }.max() ?? 0
            )
            if now - end > Self.bound,
                held.claim.acquiredAt.milliseconds / 1000 < YearPlan.beginning + (now - Self.bound) / 1000
            {
                throw Violation(strand: "claims", time: now, text: "the claim of \(held.claim.holder.run.name) is left")
            }
        }
        for replica in replicas where replica.janitor.claimCount > leases.count + 3 {
            throw Violation(
                strand: "claims",
                time: now,
                text: "a janitor knows \(replica.janitor.claimCount) of \(leases.count)"
            )
        }
    }
}

extension YearPlan {
    /// What answers of the API server have told of a replica's clock since its start.
    fileprivate func finding(
        _ replica: Int,
        at time: Int64,
        since start: Int64,
        after noticing: Int64
    ) -> ClockSkew.Finding {
        // The first ones tell at once.
        if time - start < Self.second { return .unknown }
        let isWrong = isFoundWrong(replica, at: time, after: min(noticing, time - start))
        return isWrong ? .ahead : .close
    }

    /// Whether answers of the API server have told that a replica's clock is not its own.
    func isFoundWrong(_ replica: Int, at time: Int64, after noticing: Int64) -> Bool {
        let difference = ownTime(of: replica, at: time) - serverTime(at: time)
        guard abs(difference) > 5000 else { return false }
        // As it was, so long ago; and what was known to be wrong then is not known to be right by another wrong time.
        let before = max(0, time - noticing)
        if ownTime(of: replica, at: before) - serverTime(at: before) == difference { return true }
        return before > 0 && noticing > 0 && isFoundWrong(replica, at: before, after: noticing)
    }
}
