import ClusterState
import FakeAPIServer
import Foundation
import Logging
import NIOCore
import Offline
import ServiceLifecycle
import TestPatience
import TestPrograms
import Testing

@testable import AdmissionServer
@testable import Serving

/// What a server in this process tells by Events in the cluster that it watches.
@Suite(.limit(minutes: 2)) struct `Events of a server` {
    /// A served server, asked by curl.
    private struct Served: Sendable {
        let api: FakeAPIServer
        let folder: Folder
        let port: Int

        /// The answer to the creation of a run with a prompt of its own, which is warned about.
        func create(
            _ name: String,
            uid: String = UUID().uuidString.lowercased(),
            head: String,
            dryRun: Bool = false
        )
            async throws -> String
        {
            let body = """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","kind":{"group":\
                "agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\
                "version":"v1alpha1","resource":"agentruns"},"name":"\(name)","namespace":"agents","operation":"CREATE",\
                "userInfo":{"username":"alice"},"dryRun":\(dryRun),"object":{"apiVersion":"agents.proompteng.ai/v1alpha1",\
                "kind":"AgentRun","metadata":{"name":"\(name)","namespace":"agents","uid":"\(uid)"},"spec":{"agentRef":{"name":\
                "a"},"runtime":{"type":"job"},"implementation":{"inline":{"text":"t"}},"parameters":{"prompt":"swordfish",\
                "repository":"o/r","base":"main","head":"\(head)"},"vcsPolicy":{"mode":"read-write"}}}}}
                """
            let file = try folder.write(body, to: "review.json")
            let words = [
                "curl", "--silent", "--insecure", "--noproxy", "*", "--max-time", "20", "--header",
                "Content-Type: application/json", "--data-binary", "@\(file)", "https://127.0.0.1:\(port)/validate",
            ]
            return try await Program.run("/usr/bin/env", words).output
        }

        func isReady() async throws -> Bool {
            let words = ["curl", "--silent", "--insecure", "--noproxy", "*", "https://127.0.0.1:\(port)/readyz"]
            return try await Program.run("/usr/bin/env", words).output == "ok"
        }

        /// The Events there are, once `count` are.
        func events(_ count: Int) async throws -> [[String: Any]] {
            try await api.waitUntil { $0.requests(.init(.create, .events)).count >= count }
            return try await api.objects(in: .events).map(\.json)
        }
    }

    private func serve(events: Bool = true, _ body: @Sendable (Served) async throws -> Void) async throws {
        try await FakeAPIServer.run { api in
            let folder = try Folder()
            var settings = ServerSettings(host: "127.0.0.1", port: 0)
            let connection = ClusterConnection(kubeconfig: try folder.write(api.kubeconfig, to: "kubeconfig"))
            let sources = [ClusterSource(kind: .agentRun, namespace: nil)]
            settings.state = .watched(.init(connection: connection, sources: sources, readyAgeSeconds: 300))
            settings.writesEvents = events
            let (addresses, continuation) = AsyncStream.makeStream(of: SocketAddress.self)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let server = try WebhookServer(settings, logger: logger) { continuation.yield($0) }
            let group = server.group()
            async let ended: Void = group.run()
            var port: Int?
            for await address in addresses {
                port = address.port
                break
            }
            let served = Served(api: api, folder: folder, port: try #require(port))
            while !(try await served.isReady()) { try await Task.sleep(for: .milliseconds(20)) }
            try await body(served)
            await group.triggerGracefulShutdown()
            try await ended
            try await server.end()
        }
    }

    @Test func `regard a run that was warned about, and are none of a dry run`() async throws {
        try await serve { served in
            let rehearsal = try await served.create("rehearsal", head: "codex/x", dryRun: true)
            #expect(rehearsal.contains(#""allowed":true"#) && rehearsal.contains("PromptOverride"), "\(rehearsal)")
            let uid = UUID().uuidString.lowercased()
            let answer = try await served.create("first", uid: uid, head: "codex/x")
            #expect(answer.contains(#""allowed":true"#) && answer.contains("PromptOverride"), "\(answer)")
            let events = try await served.events(1)
            try #require(events.count == 1)
            let regarding = try #require(events[0]["regarding"] as? [String: String])
            #expect(
                regarding == [
                    "apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "AgentRun", "namespace": "agents",
                    "name": "first", "uid": uid,
                ]
            )
            #expect(events[0]["reason"] as? String == "AdmittedWithWarnings")
            let note = try #require(events[0]["note"] as? String)
            #expect(note.contains("[PromptOverride]") && !note.contains("swordfish"), "\(note)")
        }
    }

    @Test func `regard the namespace of what is denied again and again, as one series`() async throws {
        try await serve { served in
            _ = try await served.create("first", head: "codex/x")
            for _ in 1...10 {
                let answer = try await served.create("second", head: "codex/x")
                #expect(answer.contains(#""allowed":false"#), "\(answer)")
            }
            _ = try await served.events(2)
            let match = FaultRule.Match(.patch, .events)
            // Ten in one second are a series from the start.
            while true {
                let denials = try await served.api.objects(in: .events).map(\.json).filter {
                    $0["reason"] as? String == "RunDenied"
                }
                let isSeries = denials.first?["series"] != nil
                if isSeries {
                    #expect(denials.count == 1)
                    let regarding = denials[0]["regarding"] as? [String: String]
                    #expect(regarding?["kind"] == "Namespace" && regarding?["name"] == "agents")
                    #expect((denials[0]["note"] as? String)?.contains(#""second""#) == true)
                    break
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await served.api.observations.requests(match).count <= 1)
        }
    }

    @Test func `tell whose branch was taken over, of one that was claimed before`() async throws {
        try await serve { served in
            _ = try await served.create("first", uid: "uid-of-first", head: "codex/x")
            // It was stored, and is over.
            try await served.api.create(
                [
                    "metadata": ["name": "first", "uid": "uid-of-first"], "spec": ["agentRef": ["name": "a"]],
                    "status": ["phase": "Failed"],
                ],
                in: .agentRuns,
                namespace: "agents"
            )
            while true {
                let answer = try await served.create("second", uid: "uid-of-second", head: "codex/x")
                if answer.contains(#""allowed":true"#) { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            while true {
                let reasons = try await served.api.objects(in: .events).map(\.json).compactMap {
                    $0["reason"] as? String
                }
                // Whoever was quicker: the second run, or the janitor that removes the claim of the first.
                if reasons.contains("BranchTakenOver") || reasons.contains("BranchReleased") { break }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test func `are none where nobody asked for them`() async throws {
        try await serve(events: false) { served in
            _ = try await served.create("first", head: "codex/x")
            _ = try await served.create("second", head: "codex/x")
            try await Task.sleep(for: .milliseconds(1500))
            #expect(try await served.api.observations.requests.allSatisfy { $0.resource != .events })
        }
    }

    @Test func `are written though the server stops at once`() async throws {
        let counts = Counts()
        try await serve { served in
            await counts.watch(served.api)
            _ = try await served.create("first", head: "codex/x")
        }
        #expect(await counts.created == 1)
    }

    /// What a server has stored, asked after another one has stopped.
    private actor Counts {
        private var api: FakeAPIServer?

        func watch(_ api: FakeAPIServer) { self.api = api }

        var created: Int {
            get async { (try? await api?.objects(in: .events).count) ?? 0 }
        }
    }

    @Test func `need an API server to be written to`() throws {
        var settings = ServerSettings(host: "127.0.0.1", port: 0)
        settings.writesEvents = true
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let failure = #expect(throws: CommandFailure.self) { try WebhookServer(settings, logger: logger) }
        #expect(failure?.message.contains("--events on needs an API server") == true)
    }
}
