import AgentRuns
import ClusterState
import Foundation
import JSONPull
import Policy
import Prometheus
import TLS
import TestCheckout
import Testing

@testable import AdmissionServer

/// `deploy/monitoring/metrics.txt`, which alerts and dashboard are compared with, says what the server shows.
@Suite struct `The list of metrics` {
    private struct Metric: Hashable {
        var name: String
        var kind: String
        var labels: Set<String>
    }

    private static func listed() throws -> [Metric] {
        let text = try Checkout.text("deploy/monitoring/metrics.txt")
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let words = line.split(separator: " ").map(String.init)
            return Metric(name: words[0], kind: words[1], labels: Set(words.dropFirst(2)))
        }
    }

    /// Everything the server shows once all that fill its metrics have.
    private static func shown() -> String {
        let service = ServiceUnderTest(policy: .withExemptions)
        let metrics = service.metrics
        metrics.observeState { service.store.figures }
        metrics.observeFeed { [(ClusterSource(kind: .agentRun, namespace: nil), FeedFigures())] }
        metrics.observePolicy(service.engine)
        metrics.observeReservations {
            0
        } dropped: {
            0
        }
        metrics.observeClaims { 0 }
        metrics.observeReplicas { .example }
        metrics.observeClock { 0 }
        let audits = AuditRounds()
        var round = AuditRound(beganAt: Timestamp(seconds: 1), policyDigest: "")
        round.findings = [.init(rule: .references, action: .deny): 1]
        round.unreviewed = []
        audits.end(round)
        metrics.audit.observe(audits, AuditedObjects()) { true }
        metrics.observeReloads(ReloadRecord(name: "policy"))
        metrics.marks.observe { 3 }
        metrics.observeServingCertificate { UnixTime.now() }
        metrics.observeAuthorities {
            UnixTime.now()
        } nextExpiresAt: {
            nil
        }
        return String(decoding: metrics.registry.text(), as: UTF8.self)
    }

    @Test func `has the names and kinds the server shows, and no others`() throws {
        let shown = Self.shown().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { $0.dropFirst("# TYPE ".utf8.count) }
        #expect(try Self.listed().map { "\($0.name) \($0.kind)" }.sorted() == shown.map(String.init).sorted())
    }

    @Test func `has the labels of every sample`() throws {
        let samples = Self.shown().split(separator: "\n").filter { !$0.hasPrefix("#") }
        for metric in try Self.listed() {
            let suffixes = metric.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
            for name in suffixes.map({ metric.name + $0 }) {
                let own = samples.filter { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){") }
                #expect(!own.isEmpty, "\(name)")
                let labels = metric.labels.union(name.hasSuffix("_bucket") ? ["le"] : [])
                for sample in own {
                    let found = sample.matches(of: /[{,]([a-z_0-9]+)="/).map { String($0.1) }
                    #expect(Set(found) == labels, "\(sample)")
                }
            }
        }
    }
}

extension ReplicaStanding {
    /// Of one replica.
    fileprivate static var example: ReplicaStanding {
        let note = ReplicaNote(
            name: "one",
            version: "0.1.0",
            digest: "aa",
            generation: "2026-02",
            loadedAt: "",
            renewedAt: WallTime(milliseconds: 0)
        )
        var standing = ReplicaStanding(own: note)
        standing.replicas = [ReplicaRoll.Entry(note: note, silentMilliseconds: 0, isOwn: true)]
        return standing
    }
}
