import ClusterState
import FakeAPIServer
import Foundation
import Logging
import NIOCore
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
            await group.triggerGracefulShutdown()
            try await ended
            try await server.end()
        }
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
