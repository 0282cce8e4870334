import TLS
import Testing

@testable import SelfManagedCertificates

/// What one replica does about what it reads.
@Suite struct `Decisions about certificates` {
    static let old = Facts.authority("old")
    static let oldPair = Facts.pair("old pair", of: old)
    static let new = Facts.authority("new", from: 6000)
    static let stranger = Facts.authority("stranger")

    /// What is read in one round, in words a table can hold.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var secret: SecretFacts?
        var bundle: Set<AuthorityFacts> = []
        var isDamaged = false
        var time: Int64 = 10
        var expected: KeeperStateMachine.Action
    }

    static func secret(
        _ authority: AuthorityFacts? = old,
        canSign: Bool = true,
        _ pair: PairFacts? = nil,
        next: AuthorityFacts? = nil,
        made: Set<String> = []
    ) -> SecretFacts {
        SecretFacts(authority: authority, canSign: canSign, pair: pair, next: next, made: made)
    }

    static let poll = KeeperStateMachine.Action.wait(untilMilliseconds: 5000)

    static func round(
        _ machine: inout KeeperStateMachine,
        _ secret: SecretFacts?,
        _ configuration: ConfigurationFacts?,
        time: Int64,
        now: Int64 = 0
    ) -> KeeperStateMachine.Decision {
        _ = machine.wake(now: now)
        _ = machine.received(secret: secret)
        return machine.received(configuration: configuration, time: Facts.at(time), now: now)
    }

    /// One that nobody has changed for a day, unless it is told otherwise.
    static func trusting(
        _ authorities: Set<AuthorityFacts>,
        version: String = "1",
        changed: UnixTime? = Facts.at(-86_400)
    ) -> ConfigurationFacts {
        ConfigurationFacts(version: version, bundles: [.init(authorities: authorities)], changed: changed)
    }

    @Test(arguments: starts) func `at the start`(given: Case) {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let bundle = ConfigurationFacts.Bundle(authorities: given.bundle, isDamaged: given.isDamaged)
        let configuration = ConfigurationFacts(version: "1", bundles: [bundle, bundle])
        let decision = Self.round(&machine, given.secret, configuration, time: given.time)
        #expect(decision.action == given.expected)
    }

    @Test func `every webhook has to have the authority`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let some = ConfigurationFacts(
            version: "1",
            bundles: [.init(authorities: [Self.old]), .init(authorities: [])]
        )
        let decision = Self.round(&machine, Self.secret(Self.old, Self.oldPair), some, time: 10)
        #expect(decision == .init(adopts: true, action: .trust([Self.old])))
        #expect(machine.condition == .untrusted(.notInBundle))
    }

    @Test func `what bears our name is copied nowhere, however much there is, and holds nothing up`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let planted = (0..<9).map { Facts.authority("planted \($0)", from: 100) }
        let late = Facts.pair("late", of: Self.old, from: 5000)
        let both = ConfigurationFacts(
            version: "1",
            bundles: [
                .init(authorities: Set([Self.old, Self.new] + planted)), .init(authorities: [Self.old, Self.new]),
            ]
        )
        let secret = Self.secret(Self.old, late, next: Self.new)
        #expect(Self.round(&machine, secret, both, time: 6000).action == Self.poll)
        #expect(Self.round(&machine, secret, both, time: 6120, now: 120_000).action == .write(.promote))
        // Of ours as much as there is place for, before any of theirs.
        var other = KeeperStateMachine(timing: Facts.timing)
        let some = ConfigurationFacts(version: "1", bundles: [.init(authorities: Set(planted))])
        #expect(Self.round(&other, secret, some, time: 6000).action == .trust([Self.new, Self.old]))
    }

    @Test func `a new authority is used when it was seen for the settle time without a change`() {
        let late = Facts.pair("late", of: Self.old, from: 5000)
        let secret = Self.secret(Self.old, late, next: Self.new)
        var machine = KeeperStateMachine(timing: Facts.timing)
        func look(_ version: String, _ now: Int64) -> KeeperStateMachine.Action {
            Self.round(&machine, secret, Self.trusting([Self.old, Self.new], version: version), time: 6100, now: now)
                .action
        }
        #expect(look("1", 0) == Self.poll)
        #expect(look("1", 119_999) == .wait(untilMilliseconds: 120_000))
        // Somebody wrote: it may have been missing for a moment.
        #expect(look("2", 120_000) == .wait(untilMilliseconds: 125_000))
        #expect(look("2", 239_999) == .wait(untilMilliseconds: 240_000))
        #expect(look("2", 240_000) == .write(.promote))
    }

    @Test func `a replica that has just started signs only when what it signs with is settled`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let known = Self.trusting([Self.old, Self.stranger])
        #expect(Self.round(&machine, Self.secret(Self.old), known, time: 10).action == Self.poll)
        let settled = Self.round(&machine, Self.secret(Self.old), known, time: 130, now: 120_000)
        #expect(settled.action == .write(.issue))
    }

    @Test func `what has expired is not trusted, whoever trusts its authority`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let trusted = Self.trusting([Self.old])
        _ = Self.round(&machine, Self.secret(Self.old, Self.oldPair), trusted, time: 10)
        #expect(machine.condition == .trusted)
        _ = Self.round(&machine, Self.secret(Self.old, canSign: false), trusted, time: 3001, now: 10)
        #expect(machine.condition == .invalid)
    }

    @Test func `an authority without a successor is told of when half of the time for one is over`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let pair = Facts.pair("late", of: Self.old, from: 6000)
        let secret = Self.secret(Self.old, pair, next: Self.new)
        var ends: [UnixTime?] = []
        for (version, time) in [7499, 7500, 8000].enumerated() {
            // Somebody writes the configuration all the time.
            let both = Self.trusting([Self.old, Self.new], version: "\(version)")
            ends.append(Self.round(&machine, secret, both, time: Int64(time), now: Int64(version) * 100_000).overdueEnd)
        }
        #expect(ends == [nil, Self.old.validity.notAfter, Self.old.validity.notAfter])
    }

    @Test func `what is served stays until the Secret's new authority is settled here, too`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let newPair = Facts.pair("new pair", of: Self.stranger, from: 2800)
        let before = Self.round(&machine, Self.secret(Self.old, Self.oldPair), Self.trusting([Self.old]), time: 10)
        #expect(before.adopts)
        let swapped = Self.secret(Self.stranger, newPair)
        let first = Self.round(&machine, swapped, Self.trusting([Self.old]), time: 2900, now: 10)
        #expect(first == .init(adopts: false, action: .trust([Self.stranger, Self.old])))
        _ = machine.acted()
        let both = Self.trusting([Self.old, Self.stranger], version: "2")
        #expect(!Self.round(&machine, swapped, both, time: 2901, now: 20).adopts)
        #expect(machine.served == Self.oldPair)
        #expect(Self.round(&machine, swapped, both, time: 2950, now: 120_020).adopts)
        #expect(machine.served == newPair)
        // It has waited for that already.
        #expect(machine.condition == .trusted)
    }

    @Test func `a certificate of the same authority is served at once`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let trusted = Self.trusting([Self.old])
        _ = Self.round(&machine, Self.secret(Self.old, Self.oldPair), trusted, time: 10)
        let renewed = Facts.pair("renewed", of: Self.old, from: 2000)
        #expect(Self.round(&machine, Self.secret(Self.old, renewed), trusted, time: 2000, now: 10).adopts)
        #expect(machine.served == renewed)
    }

    @Test(arguments: [nil, SecretFacts(), secret(old), secret(stranger, Facts.pair("gone", of: stranger, from: -9000))])
    func `what is served is put back when the Secret lost it`(lost: SecretFacts?) {
        var machine = KeeperStateMachine(timing: Facts.timing)
        _ = Self.round(&machine, Self.secret(Self.old, Self.oldPair), Self.trusting([Self.old]), time: 10)
        let known = Self.trusting([Self.old, Self.stranger], version: "2")
        let decision = Self.round(&machine, lost, known, time: 20, now: 10)
        #expect(decision == .init(adopts: false, action: .write(.restore)))
    }

    @Test func `a bundle that somebody emptied is mended at once, and not in a loop`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let secret = Self.secret(Self.old, Self.oldPair)
        _ = Self.round(&machine, secret, Self.trusting([Self.old]), time: 10)
        var mended: [Int64] = []
        var now: Int64 = 10
        while now < 30_000 {
            let empty = Self.trusting([], version: "\(now)")
            switch Self.round(&machine, secret, empty, time: 20, now: now).action {
            case .trust:
                mended.append(now)
                _ = machine.acted()
                _ = machine.received(secret: secret)
                let after = Self.trusting([], version: "\(now)+")
                _ = machine.received(configuration: after, time: Facts.at(20), now: now + 1)
                now += 1
            case .wait(let until): now = max(until, now + 1)
            case .readSecret, .readConfiguration, .write: Issue.record("the Secret is as it should be")
            }
        }
        #expect(mended.first == 10)
        #expect((5...9).contains(mended.count), "\(mended)")
    }

    @Test func `a certificate that somebody keeps taking away is renewed in time, however short it lasts`() {
        var timing = Facts.timing
        (timing.pairSeconds, timing.authoritySeconds) = (30, 3000)
        var machine = KeeperStateMachine(timing: timing)
        let short = PairFacts(id: "short", authority: Self.old, validity: Facts.validity(from: 0, 30))
        var secret = Self.secret(Self.old, short)
        var (now, renewed): (Int64, Int64) = (0, .max)
        while now < 30_000, renewed == .max {
            switch Self.round(&machine, secret, Self.trusting([Self.old]), time: now / 1000, now: now).action {
            case .write(.issue): renewed = now
            case .write: secret = Self.secret(Self.old, short)
            case .wait(let until):
                // The other one is quick.
                if now < 20_000 { secret = Self.secret(Self.old) }
                now = max(now + 100, min(until, now + 1000))
                if now >= 20_000 { secret = Self.secret(Self.old, short) }
            case .readSecret, .readConfiguration, .trust: Issue.record("the bundle is as it should be")
            }
            _ = machine.acted()
            _ = machine.received(secret: secret)
            _ = machine.failed(now: now, jitter: 0)
        }
        #expect((20_000...22_000).contains(renewed), "\(renewed)")
    }

    @Test func `a missing right for one object does not hold up the other`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let secret = Self.secret(Self.old, Self.oldPair)
        _ = Self.round(&machine, secret, Self.trusting([Self.old]), time: 10)
        let empty = Self.trusting([], version: "2")
        #expect(Self.round(&machine, secret, empty, time: 2500, now: 10).action == .trust([Self.old]))
        guard case .wait(let until) = machine.failed(now: 20, jitter: 0) else { return }
        #expect(Self.round(&machine, secret, empty, time: 2500, now: until).action == .write(.issue))
        guard case .wait(let later) = machine.failed(now: until, jitter: 0) else { return }
        #expect(Self.round(&machine, secret, empty, time: 2500, now: later).action == .trust([Self.old]))
    }

    @Test func `failures that follow each other are waited for longer and longer`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        var waits: [Int64] = []
        for _ in 0..<6 {
            _ = machine.wake(now: 0)
            if case .wait(let until) = machine.failed(now: 0, jitter: 0) { waits.append(until) }
        }
        #expect(waits == [800, 1600, 3200, 6400, 10_000, 10_000])
    }

    @Test func `it is ready when its authority is trusted, and says what is missing`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        #expect(machine.condition == .unknown)
        _ = Self.round(&machine, nil, nil, time: 10)
        #expect(machine.condition == .missing)
        _ = machine.acted()
        let secret = Self.secret(Self.old, Self.oldPair)
        _ = machine.received(secret: secret)
        _ = machine.received(configuration: nil, time: Facts.at(10), now: 1)
        #expect(machine.condition == .untrusted(.noConfiguration))
        _ = Self.round(&machine, secret, ConfigurationFacts(version: "1", bundles: []), time: 10, now: 2)
        #expect(machine.condition == .untrusted(.noWebhook))
        _ = Self.round(&machine, secret, Self.trusting([Self.old], version: "2"), time: 10, now: 3)
        #expect(machine.condition == .untrusted(.unsettled))
        _ = Self.round(&machine, secret, Self.trusting([Self.old], version: "2"), time: 130, now: 120_003)
        #expect(machine.condition == .trusted)
        // Taken away on purpose: nothing asks any more, and nothing is wrong with what is served.
        _ = Self.round(&machine, secret, nil, time: 130, now: 120_004)
        #expect(machine.condition == .trusted)
    }
}
