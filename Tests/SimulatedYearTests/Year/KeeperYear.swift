import KubernetesClient
import SimulationSupport
import TLS
import TestRandomness

@testable import SelfManagedCertificates

/// Replicas that keep one certificate through a year, event by event.
///
/// All decisions are those of ``KeeperStateMachine``; certificates have no bytes. What is looked at now and then though nothing
/// has changed is looked at every ten days: watches tell of changes.
struct KeeperYear {
    /// So long after its cause a replica may be unready: the settle time twice, and the longest waits between tries.
    static let bound = 10 * YearPlan.minute
    /// Beyond the settle time, for what somebody's change of a bundle takes to be mended.
    private static let mending = YearPlan.minute

    enum Event {
        case alarm(Int, life: Int, number: Int)
        /// A watch tells of a change.
        case nudge(Int)
        case effect(Int, life: Int, KeeperEffect)
        case answer(Int, life: Int, KeeperAnswer)
        case restart(Int)
        case hand(YearPlan.Hand)
        /// The configuration that was deleted is applied again.
        case create
        case backUp
        /// Only to look whether all is well.
        case look
    }

    let plan: YearPlan
    var random: SplitMix
    let flaws: KeeperFlaws
    /// How long before it is made a certificate begins.
    let headStart: Int64
    var now: Int64 = 0
    var queue = EventQueue<Event>()
    var cluster: KeeperCluster
    var replicas: [KeeperReplica] = []
    /// By webhook: until then somebody's change of the bundle may be felt.
    var handsFelt: [Int64]
    /// By webhook: when somebody changed the bundle last.
    var handsLaid: [Int64]
    struct Backup {
        var secret: SecretFacts?
        var bundles: [[AuthorityFacts]]
    }

    var backup: Backup?
    private(set) var events = 0
    private(set) var told = 0
    private(set) var changes: [SecretChange: Int] = [:]

    init(_ plan: YearPlan, _ random: SplitMix, flaws: KeeperFlaws = [], headStart: Int64) {
        (self.plan, self.random, self.flaws, self.headStart) = (plan, random, flaws, headStart)
        cluster = KeeperCluster(headStart: headStart)
        handsFelt = Array(repeating: .min, count: KeeperCluster.webhooks)
        handsLaid = handsFelt
        for number in 0..<plan.replicas { replicas.append(KeeperReplica(number: number, flaws: flaws)) }
    }

    /// Lives through the year.
    mutating func run() throws(Violation) {
        for index in replicas.indices { queue.add(.restart(index), at: random.draw(0...YearPlan.minute)) }
        for (index, time) in plan.restarts { queue.add(.restart(index), at: time) }
        for (time, hand) in plan.hands { queue.add(.hand(hand), at: time) }
        for cut in plan.cuts {
            for index in replicas.indices where (cut.replica ?? index) == index {
                queue.add(.nudge(index), at: cut.end + random.draw(0...(20 * YearPlan.second)))
            }
        }
        for jump in plan.jumps {
            for edge in [jump.start, jump.end] { queue.add(.look, at: edge) }
        }
        for day in stride(from: 30, through: 400, by: 60) { queue.add(.backUp, at: Int64(day) * YearPlan.day) }
        while let (time, event) = queue.pop(), time <= YearPlan.length {
            now = time
            cluster.time = serverTime
            events += 1
            try handle(event)
            try check()
        }
    }

    var serverTime: UnixTime { UnixTime(secondsSinceEpoch: plan.serverTime(at: now) / 1000) }

    private mutating func handle(_ event: Event) throws(Violation) {
        switch event {
        case .look: break
        case .alarm(let index, let life, let number):
            guard replicas[index].life == life, replicas[index].alarm == number, !replicas[index].isBusy else { return }
            take(replicas[index].machine.wake(now: now), index)
        case .nudge(let index):
            guard !plan.isCut(index, at: now) else { return }
            if replicas[index].isBusy {
                replicas[index].isCalled = true
            } else if replicas[index].isUp {
                take(replicas[index].machine.wake(now: now), index)
            }
        case .effect(let index, let life, let effect): perform(effect, index, life)
        case .answer(let index, let life, let answer):
            if replicas[index].life == life { try receive(answer, index) }
        case .restart(let index):
            replicas[index].restart(at: now)
            take(replicas[index].machine.wake(now: now), index)
        case .hand(let hand): lay(hand)
        case .create: createConfiguration()
        case .backUp: backUp()
        }
    }

    // MARK: Requests

    private mutating func take(_ action: KeeperStateMachine.Action, _ index: Int) {
        switch action {
        case .readSecret: send(.readSecret, index)
        case .readConfiguration: send(.readConfiguration, index)
        case .write(let change):
            changes[change, default: 0] += 1
            let secret = cluster.make(change, for: replicas[index], at: now)
            send(.write(secret, ifVersion: replicas[index].secret?.version), index)
        case .trust(let authorities):
            let secret = replicas[index].secret?.value ?? SecretFacts()
            let made = secret.own(served: replicas[index].machine.served)
            send(.trust(authorities, made: made, ifVersion: replicas[index].configurationVersion), index)
        case .wait(let until):
            replicas[index].isBusy = false
            replicas[index].alarm += 1
            let wake = replicas[index].isCalled ? now + 1 : max(until, now + 1)
            replicas[index].isCalled = false
            queue.add(.alarm(index, life: replicas[index].life, number: replicas[index].alarm), at: wake)
        }
    }

    private mutating func send(_ effect: KeeperEffect, _ index: Int) {
        replicas[index].isBusy = true
        let arrival = now + random.draw(1...40)
        let life = replicas[index].life
        if plan.isCut(index, at: arrival) {
            queue.add(.answer(index, life: life, .lost), at: now + 5 * YearPlan.second)
        } else {
            queue.add(.effect(index, life: life, effect), at: arrival)
        }
    }

    /// Takes effect though the replica may have ended since.
    private mutating func perform(_ effect: KeeperEffect, _ index: Int, _ life: Int) {
        var answer = cluster.perform(effect, at: now, serverTime)
        if !cluster.takeChanged().isEmpty { tellOfChange() }
        var delay = random.draw(1...40)
        if random.happens(5) || plan.isCut(index, at: now + delay) { (answer, delay) = (.lost, 10 * YearPlan.second) }
        queue.add(.answer(index, life: life, answer), at: now + delay)
    }

    mutating func tellOfChange() {
        for index in replicas.indices { queue.add(.nudge(index), at: now + random.draw(1...YearPlan.second)) }
    }

    private mutating func receive(_ answer: KeeperAnswer, _ index: Int) throws(Violation) {
        switch answer {
        case .secret(let stored, let date):
            replicas[index].secret = stored.map { .init(value: $0.value.read(at: date), version: $0.version) }
            replicas[index].date = date
            take(replicas[index].machine.received(secret: replicas[index].secret?.value), index)
        case .configuration(let facts, let version, let date):
            replicas[index].configurationVersion = version
            replicas[index].date = date
            decide(facts, index)
        case .done, .conflict: take(replicas[index].machine.acted(), index)
        case .lost:
            // What it says is never the same.
            let error = random.happens(500) ? RequestError.timedOut(seconds: 30) : .broken(reason: "at \(now)")
            replicas[index].fail("\(error), current time \(now)", error.cause)
            take(replicas[index].machine.failed(now: now, jitter: Double(random.draw(0...999)) / 1000), index)
        }
        told = max(told, replicas[index].mostTold)
        if let text = replicas[index].repeated { throw violation(index, "was told twice of one trouble: \(text)") }
        replicas[index].note(at: now)
    }

    private mutating func decide(_ facts: ConfigurationFacts?, _ index: Int) {
        let date = replicas[index].date
        let decision = replicas[index].machine.received(configuration: facts, time: date, now: now)
        if decision.adopts, let secret = replicas[index].secret?.value, let pair = secret.pair {
            replicas[index].taken = secret
            replicas[index].taken?.pair = pair
        }
        if decision.isDone {
            if let end = decision.overdueEnd {
                replicas[index].fail("the authority ends at \(end)", FailureCause("overdue"))
            } else {
                replicas[index].succeed()
            }
        }
        take(decision.action, index)
    }

    func violation(_ replica: Int, _ text: String) -> Violation {
        Violation(strand: "certificates", time: now, text: "replica \(replica) \(text)")
    }

    // MARK: What must be so

    private mutating func check() throws(Violation) {
        cluster.forget(before: now - KeeperTiming().settleMilliseconds)
        if let id = cluster.wandered { throw violation(0, "or another has copied \(id), which somebody planted") }
        if cluster.largestBundle > 20 { throw violation(0, "lets a bundle grow to \(cluster.largestBundle)") }
        for index in replicas.indices where replicas[index].isUp {
            if let served = replicas[index].readyPair {
                try check(served, of: index)
            } else {
                try checkUnready(index)
            }
        }
    }

    private func check(_ served: PairFacts, of index: Int) throws(Violation) {
        let time = serverTime
        if !served.validity.contains(time) {
            throw violation(index, "is ready and serves \(served.id), not valid at \(time)")
        }
        // What a bundle has lost is not the fault of who served it before; whoever came later had to wait.
        let made = cluster.made[served.authority.id] ?? .min
        for webhook in 0..<KeeperCluster.webhooks where now >= handsFelt[webhook] || made >= handsLaid[webhook] {
            for view in cluster.views[webhook] where !view.authorities.contains(where: { $0.id == served.authority.id })
            {
                guard view.authorities.contains(where: { cluster.isOurs($0) && $0.validity.contains(time) }) else {
                    continue
                }
                // Whom nobody can reach cannot be helped.
                if plan.isCut(index, at: now) { continue }
                let trusted = view.authorities.map(\.id)
                throw violation(index, "serves \(served.id) of \(served.authority.id), clients trust \(trusted)")
            }
        }
    }

    private func checkUnready(_ index: Int) throws(Violation) {
        guard let since = replicas[index].unreadySince, cluster.configuration != nil,
            let end = plan.causeEnd(of: index, at: now)
        else { return }
        let cause = max(since, end, cluster.lastCause)
        guard now - cause > Self.bound else { return }
        throw violation(index, "is unready for \((now - cause) / 1000) s: \(replicas[index].machine.condition)")
    }

    /// Somebody changed the bundle of a webhook.
    mutating func feel(_ webhook: Int) {
        handsLaid[webhook] = now
        handsFelt[webhook] = now + KeeperTiming().settleMilliseconds + Self.mending
        // Who is cut off mends his part later.
        for cut in plan.cuts where cut.start <= handsFelt[webhook] && now < cut.end {
            handsFelt[webhook] = max(handsFelt[webhook], cut.end + KeeperTiming().settleMilliseconds + Self.mending)
        }
    }
}
