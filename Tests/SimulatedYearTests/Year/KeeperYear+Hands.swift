import SimulationSupport
import TLS

@testable import SelfManagedCertificates

/// What others do to the objects.
extension KeeperYear {
    mutating func lay(_ hand: YearPlan.Hand) {
        let webhook = Int(random.draw(0...Int64(KeeperCluster.webhooks - 1)))
        switch hand {
        case .emptyBundle: change(webhook) { $0.apply([], to: webhook, at: $1) }
        case .oldBundle:
            let old = backup?.bundles[webhook] ?? []
            change(webhook) { $0.apply(old, to: webhook, at: $1) }
        case .plantAuthority: plant(webhook, seconds: 3650 * 86_400)
        case .plantLongAuthority: plant(webhook, seconds: 36_500 * 86_400)
        case .takePlantedOut: change(webhook) { $0.takePlantedOut(of: webhook, at: $1) }
        case .deleteConfiguration:
            guard cluster.configuration != nil else { return }
            cluster.deleteConfiguration()
            for webhook in 0..<KeeperCluster.webhooks { feel(webhook) }
            queue.add(.create, at: now + random.draw(YearPlan.second...YearPlan.hour))
        case .deleteSecret: cluster.put(nil)
        case .emptySecret: cluster.put(SecretFacts())
        case .dropPair: changeSecret { $0.pair = nil }
        case .dropKey: changeSecret { $0.canSign = false }
        case .oldSecret: cluster.put(backup?.secret ?? SecretFacts())
        case .expiredNext:
            let time = serverTime.adding(seconds: -400 * 86_400)
            let expired = cluster.makeAuthority("expired", at: time, seconds: 365 * 86_400)
            changeSecret { $0.next = expired }
        case .resetAll:
            for webhook in 0..<KeeperCluster.webhooks { change(webhook) { $0.apply([], to: webhook, at: $1) } }
            cluster.put(nil)
            for index in replicas.indices where random.happens(500) {
                queue.add(.restart(index), at: now + random.draw(0...(2 * YearPlan.minute)))
            }
        }
        announce()
    }

    /// Somebody applies the configuration again.
    mutating func createConfiguration() {
        cluster.createConfiguration(at: now)
        for webhook in 0..<KeeperCluster.webhooks { feel(webhook) }
        announce()
    }

    /// Keeps copies, for hands that put something back.
    mutating func backUp() {
        guard let bundles = cluster.configuration else { return }
        backup = Backup(secret: cluster.secret?.value, bundles: bundles)
    }

    private mutating func plant(_ webhook: Int, seconds: Int64) {
        let authority = cluster.makeAuthority("planted", at: serverTime, seconds: seconds)
        change(webhook) { $0.plant(authority, in: webhook, at: $1) }
    }

    private mutating func change(_ webhook: Int, _ body: (inout KeeperCluster, Int64) -> Void) {
        guard cluster.configuration != nil else { return }
        body(&cluster, now)
        feel(webhook)
    }

    private mutating func changeSecret(_ body: (inout SecretFacts) -> Void) {
        var facts = cluster.secret?.value ?? SecretFacts()
        body(&facts)
        cluster.put(facts)
    }

    private mutating func announce() {
        if !cluster.takeChanged().isEmpty { tellOfChange() }
    }
}
