import TLS
import Testing

@testable import SelfManagedCertificates

/// When a replica that has just started may be called.
extension `Decisions about certificates` {
    private static let fresh = Facts.authority("fresh")
    private static let freshSecret = secret(fresh, Facts.pair("fresh pair", of: fresh))

    private static func condition(
        of machine: inout KeeperStateMachine,
        _ configuration: ConfigurationFacts,
        time: Int64 = 1000,
        now: Int64
    ) -> KeeperStateMachine.Condition {
        _ = round(&machine, freshSecret, configuration, time: time, now: now)
        _ = machine.acted()
        _ = machine.failed(now: now, jitter: 0)
        return machine.condition
    }

    @Test func `bundles and Secret that were reset a moment ago leave nobody ready before all can know of it`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let reset = Self.trusting([], changed: Facts.at(995))
        #expect(Self.round(&machine, nil, reset, time: 1000, now: 0).action == .write(.begin))
        _ = machine.acted()
        #expect(Self.round(&machine, Self.freshSecret, reset, time: 1000, now: 1).action == .trust([Self.fresh]))
        _ = machine.acted()
        _ = machine.failed(now: 1, jitter: 0)
        // Other replicas put back what they serve, which an API server may still trust alone.
        let mended = Self.trusting([Self.fresh], version: "2", changed: Facts.at(1001))
        #expect(Self.condition(of: &machine, mended, now: 1000) == .untrusted(.unsettled))
        #expect(Self.condition(of: &machine, mended, now: 120_999) == .untrusted(.unsettled))
        #expect(Self.condition(of: &machine, mended, now: 121_000) == .trusted)
        // What somebody does to the bundles later is no news about this replica.
        let emptied = Self.trusting([], version: "3", changed: Facts.at(1200))
        #expect(Self.condition(of: &machine, emptied, now: 130_000) == .untrusted(.notInBundle))
        let again = Self.trusting([Self.fresh], version: "4", changed: Facts.at(1201))
        #expect(Self.condition(of: &machine, again, now: 131_000) == .trusted)
    }

    /// Seconds since the configuration was changed.
    @Test(arguments: [(181, true), (180, false), (0, false), (nil, false)])
    func `a restarted replica is ready at once when the bundles have long been as they are`(
        seconds: Int64?,
        isReady: Bool
    ) {
        var machine = KeeperStateMachine(timing: Facts.timing)
        let trusting = Self.trusting([Self.fresh], changed: seconds.map { Facts.at(1000 - $0) })
        let condition = Self.condition(of: &machine, trusting, now: 0)
        #expect(condition == (isReady ? .trusted : .untrusted(.unsettled)))
    }

    @Test func `a bundle of another authority begins the wait anew, an empty one does not`() {
        var machine = KeeperStateMachine(timing: Facts.timing)
        func look(_ authorities: Set<AuthorityFacts>, _ now: Int64) -> KeeperStateMachine.Condition {
            let trusting = Self.trusting(authorities, version: "\(now)", changed: nil)
            return Self.condition(of: &machine, trusting, now: now)
        }
        #expect(look([Self.fresh], 0) == .untrusted(.unsettled))
        #expect(look([], 60_000) == .untrusted(.notInBundle))
        #expect(look([Self.fresh], 61_000) == .untrusted(.unsettled))
        #expect(look([Self.stranger], 100_000) == .untrusted(.notInBundle))
        #expect(look([Self.fresh, Self.stranger], 110_000) == .untrusted(.unsettled))
        #expect(look([Self.fresh, Self.stranger], 229_999) == .untrusted(.unsettled))
        #expect(look([Self.fresh, Self.stranger], 230_000) == .trusted)
    }
}
