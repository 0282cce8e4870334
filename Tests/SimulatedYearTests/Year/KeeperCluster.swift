import TLS

@testable import SelfManagedCertificates

/// What a keeper asks of the API server.
enum KeeperEffect {
    case readSecret
    case readConfiguration
    case write(SecretFacts, ifVersion: Int?)
    case trust([AuthorityFacts], made: Set<String>, ifVersion: Int)
}

enum KeeperAnswer {
    case secret(KeeperCluster.Stored?, UnixTime)
    case configuration(ConfigurationFacts?, version: Int, UnixTime)
    case done
    case conflict
    case lost
}

/// The objects that certificates are kept in, and who makes them.
struct KeeperCluster {
    static let webhooks = 2

    struct Stored {
        var value: SecretFacts
        var version: Int
    }

    /// A bundle, and since when it was so.
    struct View {
        var since: Int64
        var authorities: [AuthorityFacts]
    }

    let headStart: Int64
    /// The API server's clock, and when each authority was made, in the time of the simulation.
    var time = UnixTime(secondsSinceEpoch: YearPlan.beginning)
    private(set) var made: [String: Int64] = [:]
    private var changedAt: UnixTime?
    var secret: Stored? = Stored(value: SecretFacts(), version: 1)
    /// By webhook; nil while there is no configuration.
    private(set) var configuration: [[AuthorityFacts]]? = Array(repeating: [], count: webhooks)
    private(set) var configurationVersion = 1
    /// What API servers may go by, by webhook: it takes them up to the settle time to hear of a change.
    private(set) var views = Array(repeating: [View(since: 0, authorities: [])], count: webhooks)
    private(set) var largestBundle = 0
    /// When somebody's deed that goes on for a while was over.
    var lastCause: Int64 = 0
    /// Where somebody has put what is not ours.
    private var planted: [String: Set<Int>] = [:]
    /// What went where nobody has put it.
    private(set) var wandered: String?
    private var ours: Set<String> = []
    private var changed: [Bool] = []
    private var version = 1
    private var count = 0

    init(headStart: Int64) {
        self.headStart = headStart
    }

    func isOurs(_ authority: AuthorityFacts) -> Bool { ours.contains(authority.id) }

    mutating func takeChanged() -> [Bool] {
        defer { changed = [] }
        return changed
    }

    mutating func nextVersion() -> Int {
        version += 1
        return version
    }

    mutating func forget(before time: Int64) {
        for webhook in views.indices {
            while views[webhook].count > 1, views[webhook][1].since <= time { views[webhook].removeFirst() }
        }
    }

    // MARK: Calls

    mutating func perform(_ effect: KeeperEffect, at now: Int64, _ time: UnixTime) -> KeeperAnswer {
        switch effect {
        case .readSecret: return .secret(secret, time)
        case .readConfiguration: return .configuration(facts, version: configurationVersion, time)
        case .write(let facts, let expected):
            guard secret?.version == expected else { return .conflict }
            put(facts)
            return .done
        case .trust(let authorities, let made, let expected):
            guard let bundles = configuration, configurationVersion == expected else { return .conflict }
            for (webhook, bundle) in bundles.enumerated() {
                let others = bundle.filter { certificate in
                    !authorities.contains(certificate)
                        && !(certificate.validity.isOfOurs && certificate.isLeaving(made, at: time))
                }
                set(authorities + others, of: webhook, at: now)
            }
            return .done
        }
    }

    private var facts: ConfigurationFacts? {
        configuration.map { bundles in
            ConfigurationFacts(
                version: "generation \(configurationVersion)",
                bundles: bundles.map { bundle in .init(authorities: Set(bundle.filter(\.validity.isOfOurs))) },
                changed: changedAt
            )
        }
    }

    mutating func put(_ facts: SecretFacts?) {
        let version = nextVersion()
        secret = facts.map { Stored(value: $0, version: version) }
        changed.append(true)
    }

    mutating func set(_ authorities: [AuthorityFacts], of webhook: Int, at now: Int64) {
        for authority in authorities {
            if let places = planted[authority.id], !places.contains(webhook) { wandered = authority.id }
        }
        largestBundle = max(largestBundle, authorities.count)
        configuration?[webhook] = authorities
        changedAt = time
        views[webhook].append(View(since: now, authorities: authorities))
        configurationVersion = nextVersion()
        changed.append(true)
    }

    // MARK: What others do

    mutating func plant(_ authority: AuthorityFacts, in webhook: Int, at now: Int64) {
        planted[authority.id, default: []].insert(webhook)
        set((configuration?[webhook] ?? []) + [authority], of: webhook, at: now)
    }

    /// Takes everything out that somebody has put there.
    mutating func takePlantedOut(of webhook: Int, at now: Int64) {
        for id in planted.keys { planted[id]?.remove(webhook) }
        set((configuration?[webhook] ?? []).filter { planted[$0.id] == nil }, of: webhook, at: now)
    }

    /// Somebody applies a bundle as it was.
    mutating func apply(_ authorities: [AuthorityFacts], to webhook: Int, at now: Int64) {
        for id in planted.keys { planted[id]?.remove(webhook) }
        for authority in authorities where planted[authority.id] != nil { planted[authority.id]?.insert(webhook) }
        set(authorities, of: webhook, at: now)
    }

    mutating func deleteConfiguration() {
        configuration = nil
        for id in planted.keys { planted[id] = [] }
        changed.append(true)
    }

    mutating func createConfiguration(at now: Int64) {
        configuration = Array(repeating: [], count: Self.webhooks)
        for webhook in 0..<Self.webhooks { set([], of: webhook, at: now) }
        lastCause = now
    }

    // MARK: Making

    mutating func makeAuthority(_ name: String, at time: UnixTime, seconds: Int64) -> AuthorityFacts {
        count += 1
        let validity = Validity(
            notBefore: time.adding(seconds: -headStart),
            notAfter: time.adding(seconds: seconds)
        )
        return AuthorityFacts(id: "\(name) \(count)", validity: validity)
    }

    private mutating func makeOwn(_ time: UnixTime, _ now: Int64) -> AuthorityFacts {
        let authority = makeAuthority("authority", at: time, seconds: KeeperTiming().authoritySeconds)
        ours.insert(authority.id)
        made[authority.id] = now
        return authority
    }

    private mutating func makePair(_ authority: AuthorityFacts, _ time: UnixTime) -> PairFacts {
        count += 1
        let end = min(time.adding(seconds: KeeperTiming().pairSeconds), authority.validity.notAfter)
        let validity = Validity(notBefore: time.adding(seconds: -headStart), notAfter: end)
        return PairFacts(id: "pair \(count)", authority: authority, validity: validity)
    }

    /// What a replica writes, as ``CertificateIssuer`` makes it.
    mutating func make(_ change: SecretChange, for replica: KeeperReplica, at now: Int64) -> SecretFacts {
        let current = replica.secret?.value ?? SecretFacts()
        let time = replica.date
        var facts = current
        switch change {
        case .begin:
            facts = SecretFacts(authority: makeOwn(time, now), canSign: true)
            facts.pair = facts.authority.map { makePair($0, time) }
        case .issue: facts.pair = facts.authority.map { makePair($0, time) }
        case .prepare: facts.next = makeOwn(time, now)
        case .promote:
            facts = SecretFacts(authority: facts.next, canSign: true)
            facts.pair = facts.authority.map { makePair($0, time) }
        case .restore:
            (facts.authority, facts.pair) = (replica.taken?.authority, replica.taken?.pair)
            facts.canSign = replica.taken?.canSign ?? false
        }
        facts.made = current.own(served: nil).union(replica.taken?.own(served: nil) ?? [])
        return facts
    }
}

extension SecretFacts {
    /// What ``KeptCertificates`` finds in it: a pair that is not valid is none.
    func read(at time: UnixTime) -> SecretFacts {
        guard let pair, !pair.validity.contains(time) else { return self }
        var facts = self
        facts.pair = nil
        return facts
    }
}
