import ClusterState
import FakeAPIServer
import Foundation
import JSONPull
import Logging
import NIOCore
import Offline
import ServiceLifecycle
import Synchronization
import TestPatience
import TestPrograms
import Testing

@testable import AdmissionServer
@testable import Serving

/// The status page of a server in this process that watches a cluster.
@Suite(.limit(minutes: 2)) struct `The status page of a server` {
    /// Where the page is, as the log tells.
    private final class Addresses: Sendable {
        private let status = Mutex<String?>(nil)

        var address: String? { status.withLock { $0 } }

        func handler() -> any LogHandler { Handler(addresses: self) }

        private struct Handler: LogHandler {
            let addresses: Addresses
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.info

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                guard event.message == "status", let address = event.metadata?["address"] else { return }
                addresses.status.withLock { $0 = "\(address)" }
            }
        }
    }

    private func get(_ url: String) async throws -> [String: Any] {
        let words = ["curl", "--silent", "--noproxy", "*", "--max-time", "20", url]
        let text = try await Program.run("/usr/bin/env", words).output
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `shows kinds with their ages, and claims with their holders`() async throws {
        try await FakeAPIServer.run { api in
            let folder = try Folder()
            var settings = ServerSettings(host: "127.0.0.1", port: 0)
            settings.status = .init(port: 0)
            let text =
                "{apiVersion: admission.agents.proompteng.ai/v1alpha1, kind: AgentRunPolicy, metadata: {name: p}, spec: {}}"
            settings.policy = PolicyLocation(file: try folder.write(text, to: "policy.yaml"))
            let connection = ClusterConnection(kubeconfig: try folder.write(api.kubeconfig, to: "kubeconfig"))
            let sources = [ClusterSource(kind: .agentRun, namespace: nil)]
            settings.state = .watched(.init(connection: connection, sources: sources, readyAgeSeconds: 300))
            let addresses = Addresses()
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let server = try WebhookServer(settings, logger: Logger(label: "test") { _ in addresses.handler() }) {
                continuation.yield($0.port ?? 0)
            }
            let group = server.group()
            async let ended: Void = group.run()
            var port = 0
            for await found in ports {
                port = found
                break
            }
            let name = Array(repeating: "n", count: 3).joined()
            let file = try folder.write(Self.review(name), to: "review.json")
            let post = [
                "curl", "--silent", "--insecure", "--noproxy", "*", "--header", "Content-Type: application/json",
                "--data-binary", "@\(file)", "https://127.0.0.1:\(port)/validate",
            ]
            while addresses.address == nil { try await Task.sleep(for: .milliseconds(10)) }
            let url = "\(try #require(addresses.address))status.json"
            while try await get(url)["ready"] as? Bool != true { try await Task.sleep(for: .milliseconds(20)) }
            let answer = try await Program.run("/usr/bin/env", post).output
            #expect(answer.contains(#""allowed":true"#), "\(answer)")
            var status = try await get(url)
            while (status["claims"] as? [Any])?.isEmpty != false {
                try await Task.sleep(for: .milliseconds(20))
                status = try await get(url)
            }
            let claims = try #require(status["claims"] as? [[String: Any]])
            #expect(claims.count == 1 && claims[0]["holder"] as? String == "agents/nnn", "\(claims)")
            #expect(claims[0]["head"] as? String == "codex/x" && status["claimCount"] as? Int == 1)
            let kinds = try #require(status["kinds"] as? [[String: Any]])
            #expect(
                kinds.contains { $0["kind"] as? String == "AgentRun" && $0["ageSeconds"] as? Int != nil },
                "\(kinds)"
            )
            #expect((status["policy"] as? [String: Any])?["sha256"] as? String == server.policyDigest)
            let policy = try #require(status["policy"] as? [String: Any])
            #expect((policy["file"] as? String)?.hasSuffix("/policy.yaml") == true && policy["modified"] is String)
            try await seesReplicas(url, api, server)
            await group.triggerGracefulShutdown()
            try await ended
            try await server.end()
            // It has taken its leave, and the claim stays.
            let leases = try await api.objects(in: .leases).map(\.name)
            #expect(leases.sorted().map { String($0.prefix(7)) } == ["agentru", "branch-"], "\(leases)")
        }
    }

    /// Another replica tells of itself by hand, with another policy and a name that is none.
    private func seesReplicas(_ url: String, _ api: FakeAPIServer, _ server: WebhookServer) async throws {
        let note = ReplicaNote(
            name: "<b>other\u{202E}",
            version: "0.0.9",
            digest: "aa",
            generation: "2026-02",
            loadedAt: "2026-11-29T20:00:00Z",
            renewedAt: WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        )
        let lease = ReplicaLease.encode(note, namespace: "agents", durationSeconds: 90)
        try await api.create(json: String(decoding: lease, as: UTF8.self), in: .leases, namespace: "agents")
        // A policy that is read again is told at once, and the others are read with that; else it takes half a minute.
        server.readAgain()
        var replicas: [[String: Any]] = []
        while replicas.count < 2 {
            try await Task.sleep(for: .milliseconds(100))
            replicas = try #require(try await get(url)["replicas"] as? [[String: Any]])
        }
        #expect(replicas[0]["own"] as? Bool == true && replicas[0]["sha256"] as? String == server.policyDigest)
        #expect(replicas[1]["judgesAlike"] as? Bool == false && replicas[1]["stale"] as? Bool == false)
        #expect(replicas[1]["name"] as? String == #"<b>other\u202e"#)
        #expect(replicas[1]["version"] as? String == "0.0.9")
        // The watch of claims has not taken them for claims.
        #expect(try await get(url)["claimCount"] as? Int == 1)
    }

    private static func review(_ name: String) -> String {
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","kind":{"group":\
        "agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\
        "version":"v1alpha1","resource":"agentruns"},"name":"\(name)","namespace":"agents","operation":"CREATE",\
        "userInfo":{"username":"alice"},"object":{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",\
        "metadata":{"name":"\(name)","namespace":"agents","uid":"\(name)"},"spec":{"agentRef":{"name":"a"},"runtime":{"type":"job"},\
        "implementation":{"inline":{"text":"t"}},"parameters":{"repository":"o/r","base":"main","head":"codex/x"},\
        "vcsPolicy":{"mode":"read-write"}}}}}
        """
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("localhost", true), ("::1", true), ("127.9.9.9", true), ("0.0.0.0", false),
        ("10.0.0.1", false),
    ])
    func `knows whether others can ask`(host: String, isLoopback: Bool) {
        #expect(ServerSettings.Status(host: host, port: 1).isLoopback == isLoopback)
    }
}
