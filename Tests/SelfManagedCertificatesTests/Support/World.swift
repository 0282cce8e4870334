import TLS
import TestRandomness

@testable import SelfManagedCertificates

/// Three replicas and one API server's objects, moved on step by step by chance.
///
/// A request takes effect some time after it was sent and is answered some time after that; a replica that crashes in between
/// has forgotten it, but it takes effect all the same. An API server judges by the configuration as it was up to the settle
/// time ago.
struct World {
    fileprivate struct Stored<Value> {
        var value: Value
        var version: Int
    }

    fileprivate enum Effect {
        case readSecret
        case readConfiguration
        case write(SecretFacts, ifVersion: Int?)
        case trust([AuthorityFacts], made: Set<String>, ifVersion: Int)
    }

    fileprivate enum Answer {
        case secret(Stored<SecretFacts>?)
        case configuration(Stored<[AuthorityFacts]>)
        case done
        case conflict
        case lost
    }

    fileprivate struct Request {
        var effect: Effect
        var answer: Answer?
    }

    struct Replica {
        var machine = KeeperStateMachine(timing: Facts.timing)
        fileprivate var request: Request?
        fileprivate var wakeAt: Int64? = 0
        fileprivate var secret: Stored<SecretFacts>?
        fileprivate var configurationVersion = 0
        fileprivate var lastPair: (authority: AuthorityFacts, pair: PairFacts, made: Set<String>)?
    }

    /// The configuration and since when it was so.
    private struct View {
        var since: Int64
        var authorities: [AuthorityFacts]
    }

    private(set) var now: Int64 = 0
    private(set) var replicas = [Replica(), Replica(), Replica()]
    private(set) var changes: [SecretChange: Int] = [:]
    private(set) var crashes = 0
    private var secret: Stored<SecretFacts>? = Stored(value: SecretFacts(), version: 1)
    private var configuration = Stored<[AuthorityFacts]>(value: [], version: 1)
    private var views = [View(since: 0, authorities: [])]
    /// Of replicas that are no more.
    private var orphans: [Effect] = []
    private var version = 1
    private var made = 0
    private var outageEnd: Int64 = 0
    private var random: SplitMix
    var hasFaults = true

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
    }

    var time: UnixTime { Facts.at(now / 1000) }
    var bundle: [AuthorityFacts] { configuration.value }

    /// One thing happens.
    mutating func step() {
        switch random.next(below: 10) {
        case 0...2: now += Int64(random.next(below: 8000))
        case 3 where hasFaults: fault()
        default: advance(random.next(below: replicas.count))
        }
    }

    private mutating func fault() {
        switch random.next(below: 400) {
        case 0...9: crash(random.next(below: replicas.count))
        case 10: secret = nil
        case 11: secret = Stored(value: SecretFacts(), version: nextVersion())
        case 12: secret?.value.pair = nil
        case 13: secret?.value.canSign = false
        case 14: outageEnd = now + Int64(random.next(below: 200_000))
        case 15 where random.next(below: 3) == 0:
            // All at once, and the Secret with them.
            for index in replicas.indices { crash(index) }
            secret = nil
        case 16...17:
            // Somebody's, with our name.
            made += 1
            setBundle(bundle + [Facts.authority("planted \(made)", from: now / 1000)])
        default:
            if !orphans.isEmpty { _ = perform(orphans.removeFirst()) }
        }
    }

    private mutating func crash(_ index: Int) {
        if let request = replicas[index].request, request.answer == nil { orphans.append(request.effect) }
        replicas[index] = Replica()
        replicas[index].wakeAt = now
        crashes += 1
    }

    // MARK: A replica

    private mutating func advance(_ index: Int) {
        if let request = replicas[index].request {
            guard let answer = request.answer else {
                let answer = now < outageEnd ? Answer.lost : perform(request.effect)
                replicas[index].request?.answer = answer
                return
            }
            replicas[index].request = nil
            // An answer is lost now and then, its effect is not.
            receive(hasFaults && random.next(below: 100) == 0 ? .lost : answer, index)
        } else if let wakeAt = replicas[index].wakeAt, wakeAt <= now {
            replicas[index].wakeAt = nil
            take(replicas[index].machine.wake(now: now), index)
        }
    }

    private mutating func receive(_ answer: Answer, _ index: Int) {
        switch answer {
        case .secret(let secret):
            replicas[index].secret = secret
            take(replicas[index].machine.received(secret: secret?.value), index)
        case .configuration(let read):
            replicas[index].configurationVersion = read.version
            decide(read, index)
        case .done, .conflict: take(replicas[index].machine.acted(), index)
        case .lost: take(replicas[index].machine.failed(now: now, jitter: 0.5), index)
        }
    }

    private mutating func decide(_ read: Stored<[AuthorityFacts]>, _ index: Int) {
        let facts = ConfigurationFacts(
            version: String(read.version),
            bundles: [.init(authorities: Set(read.value))]
        )
        let decision = replicas[index].machine.received(configuration: facts, time: time, now: now)
        if decision.adopts, let secret = replicas[index].secret?.value, let pair = secret.pair {
            replicas[index].lastPair = (pair.authority, pair, replicas[index].secret?.value.own(served: pair) ?? [])
        }
        take(decision.action, index)
    }

    private mutating func take(_ action: KeeperStateMachine.Action, _ index: Int) {
        switch action {
        case .readSecret: replicas[index].request = Request(effect: .readSecret)
        case .readConfiguration: replicas[index].request = Request(effect: .readConfiguration)
        case .write(let change):
            let changed = apply(change, replicas[index])
            let effect = Effect.write(changed, ifVersion: replicas[index].secret?.version)
            replicas[index].request = Request(effect: effect)
            changes[change, default: 0] += 1
        case .trust(let authorities):
            let secret = replicas[index].secret?.value ?? SecretFacts()
            let effect = Effect.trust(
                authorities,
                made: secret.own(served: replicas[index].machine.served),
                ifVersion: replicas[index].configurationVersion
            )
            replicas[index].request = Request(effect: effect)
        case .wait(let until): replicas[index].wakeAt = until
        }
    }

    private mutating func apply(_ change: SecretChange, _ replica: Replica) -> SecretFacts {
        var facts = replica.secret?.value ?? SecretFacts()
        facts = changed(change, facts, replica)
        facts.made.formUnion((replica.secret?.value.own(served: nil) ?? []).union(replica.lastPair?.made ?? []))
        return facts
    }

    private mutating func changed(_ change: SecretChange, _ before: SecretFacts, _ replica: Replica) -> SecretFacts {
        var facts = before
        switch change {
        case .begin:
            facts = SecretFacts(authority: makeAuthority(), canSign: true)
            facts.pair = facts.authority.map { makePair($0) }
        case .issue: facts.pair = facts.authority.map { makePair($0) }
        case .prepare: facts.next = makeAuthority()
        case .promote:
            facts = SecretFacts(authority: facts.next, canSign: true)
            facts.pair = facts.authority.map { makePair($0) }
        case .restore:
            (facts.authority, facts.pair) = (replica.lastPair?.authority, replica.lastPair?.pair)
            facts.canSign = true
        }
        return facts
    }

    private mutating func makeAuthority() -> AuthorityFacts {
        made += 1
        return Facts.authority("authority \(made)", from: now / 1000)
    }

    private mutating func makePair(_ authority: AuthorityFacts) -> PairFacts {
        made += 1
        return Facts.pair("pair \(made)", of: authority, from: now / 1000)
    }

    // MARK: The API server

    private mutating func perform(_ effect: Effect) -> Answer {
        switch effect {
        case .readSecret: return .secret(secret)
        case .readConfiguration: return .configuration(configuration)
        case .write(let facts, let expected):
            guard secret?.version == expected else { return .conflict }
            secret = Stored(value: facts, version: nextVersion())
            return .done
        case .trust(let authorities, let made, let expected):
            guard configuration.version == expected else { return .conflict }
            let others = configuration.value.filter { !authorities.contains($0) && !$0.isLeaving(made, at: time) }
            setBundle(authorities + others)
            return .done
        }
    }

    private mutating func setBundle(_ authorities: [AuthorityFacts]) {
        configuration = Stored(value: authorities, version: nextVersion())
        views.append(View(since: now, authorities: authorities))
    }

    private mutating func nextVersion() -> Int {
        version += 1
        return version
    }

    // MARK: What must be so

    /// Something a client could have run into.
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    /// Each ready replica serves what every API server trusts, however much it lags within the bound.
    ///
    /// An API server that does not trust anybody of ours cannot be served by anyone.
    mutating func check() throws(Violation) {
        let oldest = now - Facts.timing.settleMilliseconds
        while views.count > 1, views[1].since <= oldest { views.removeFirst() }
        for (number, replica) in replicas.enumerated() where replica.machine.condition == .trusted {
            guard let served = replica.machine.served else { continue }
            if !served.validity.contains(time) { throw violation(number, "serves \(served.id), which has expired") }
            for view in views where view.authorities.contains(where: { $0.validity.contains(time) }) {
                guard !view.authorities.contains(served.authority) else { continue }
                let trusted = view.authorities.map(\.id)
                throw violation(number, "serves \(served.id) of \(served.authority.id), \(trusted) is trusted")
            }
        }
    }

    private func violation(_ replica: Int, _ text: String) -> Violation {
        Violation(description: "at \(now) ms replica \(replica) \(text)")
    }
}

extension SplitMix {
    fileprivate mutating func next(below bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}
