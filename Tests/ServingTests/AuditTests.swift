import ClusterState
import FakeAPIServer
import Foundation
import Logging
import NIOCore
import Prometheus
import ServiceLifecycle
import TestPatience
import TestPrograms
import Testing

@testable import AdmissionServer
@testable import Serving

/// Servers in this process that audit what they watch.
@Suite(.limit(minutes: 2)) struct `The audit of a server` {
    /// One server, and what it counts.
    private struct Running {
        let metrics = AdmissionMetrics()
        let server: WebhookServer
        let group: ServiceGroup

        init(_ settings: ServerSettings) throws {
            server = try WebhookServer(
                settings,
                metrics: metrics,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            group = server.group()
        }

        /// The value of a series; nil when it is not shown.
        func value(_ series: String) -> Double? {
            let text = String(decoding: metrics.registry.text(), as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("agentrun_admission_audit_\(series) ") }
            return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
        }

        func wait(_ series: String, _ condition: (Double?) -> Bool) async throws {
            while !condition(value(series)) { try await Task.sleep(for: .milliseconds(50)) }
        }
    }

    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func settings(_ api: FakeAPIServer, intervalSeconds: Int = 10) throws -> ServerSettings {
        var settings = ServerSettings(host: "127.0.0.1", port: 0)
        let connection = ClusterConnection(kubeconfig: try folder.write(api.kubeconfig, to: "kubeconfig"))
        let sources = [ClusterSource(kind: .agentRun, namespace: nil)]
        settings.state = .watched(.init(connection: connection, sources: sources, readyAgeSeconds: 300))
        settings.auditIntervalSeconds = intervalSeconds
        return settings
    }

    private static func run(_ name: String, head: String) -> String {
        """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"\(name)","namespace":"agents"},\
        "spec":{"agentRef":{"name":"a"},"runtime":{"type":"job"},"implementation":{"inline":{"text":"t"}},"parameters":{\
        "repository":"o/r","base":"main","head":"\(head)"},"vcsPolicy":{"mode":"read-write"}}}
        """
    }

    @Test func `finds what breaks a rule, and what has changed since`() async throws {
        try await FakeAPIServer.run { api in
            for name in ["a", "b"] {
                try await api.create(json: Self.run(name, head: "codex/x"), in: .agentRuns, namespace: "agents")
            }
            let running = try Running(settings(api))
            async let ended: Void = running.group.run()
            try await running.wait(#"findings{rule="head-branch-conflict",action="Deny"}"#) { $0 == 1 }
            #expect(running.value(#"objects{outcome="judged"}"#) == 2)
            #expect(running.value("elected") == 1 && running.value("kept_objects") == 2)
            #expect(
                running.value("last_round_timestamp_seconds").map { abs($0 - Date().timeIntervalSince1970) < 60 }
                    == true
            )
            #expect(try await api.objects(in: .leases).contains { $0.name == "agentrun-admission-audit" })
            try await api.delete("b", in: .agentRuns, namespace: "agents")
            try await running.wait(#"rounds_total{outcome="completed"}"#) { ($0 ?? 0) >= 2 }
            #expect(running.value(#"findings{rule="head-branch-conflict",action="Deny"}"#) == nil)
            #expect(running.value(#"objects{outcome="judged"}"#) == 1)
            await running.group.triggerGracefulShutdown()
            try await ended
            try await running.server.end()
            let lease = try await api.objects(in: .leases).first { $0.name == "agentrun-admission-audit" }
            let spec = lease?.json["spec"] as? [String: Any]
            #expect(spec?["holderIdentity"] as? String == "", "given up")
        }
    }

    @Test func `is one replica's, until that one goes`() async throws {
        try await FakeAPIServer.run { api in
            try await api.create(json: Self.run("a", head: "codex/x"), in: .agentRuns, namespace: "agents")
            let replicas = [try Running(settings(api)), try Running(settings(api))]
            async let firstEnded: Void = replicas[0].group.run()
            try await replicas[0].wait(#"rounds_total{outcome="completed"}"#) { $0 == 1 }
            async let secondEnded: Void = replicas[1].group.run()
            try await replicas[1].wait("kept_objects") { $0 == 1 }
            #expect(replicas.map { $0.value("elected") } == [1, 0])
            #expect(replicas[1].value("last_round_timestamp_seconds") == nil)
            await replicas[0].group.triggerGracefulShutdown()
            try await firstEnded
            #expect(replicas[0].value("elected") == 0)
            // It has given the Lease up, so that nobody waits for its end.
            try await replicas[1].wait(#"rounds_total{outcome="completed"}"#) { $0 == 1 }
            #expect(replicas[1].value("elected") == 1)
            await replicas[1].group.triggerGracefulShutdown()
            try await secondEnded
            for replica in replicas { try await replica.server.end() }
        }
    }

    @Test(arguments: [(10, 5), (300, 150), (86400, 300)])
    func `takes half of the interval, and minutes where that is a day`(interval: Int, spread: Int) {
        #expect(AuditService.Timing(interval: .seconds(interval)).spread == .seconds(spread))
    }

    @Test func `is none where nobody wants it`() async throws {
        try await FakeAPIServer.run { api in
            var settings = try settings(api)
            settings.auditIntervalSeconds = nil
            let running = try Running(settings)
            #expect(!running.server.services.contains { $0 is AuditService })
            try await running.server.end()
            settings.auditIntervalSeconds = 10
            settings.claims.isOn = false
            let other = try Running(settings)
            #expect(!other.server.services.contains { $0 is AuditService }, "there is no Lease to elect by")
            try await other.server.end()
        }
    }
}
