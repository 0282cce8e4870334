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

/// The whole server, in this process.
@Suite(.limit(minutes: 2)) struct `The server as a library` {
    private let folder: Folder
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = try Folder()
    }

    /// Runs a server while `body` does something with its port, then stops it in good order.
    private func serve<Result: Sendable>(
        _ settings: ServerSettings,
        _ body: @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        let (addresses, continuation) = AsyncStream.makeStream(of: SocketAddress.self)
        let server = try WebhookServer(settings, logger: logger) { continuation.yield($0) }
        let group = server.group()
        async let ended: Void = group.run()
        var port: Int?
        for await address in addresses {
            port = address.port
            break
        }
        let result = try await body(try #require(port))
        await group.triggerGracefulShutdown()
        try await ended
        try await server.end()
        return result
    }

    /// Free ports of this machine alone.
    private var settings: ServerSettings { ServerSettings(host: "127.0.0.1", port: 0) }

    private func get(_ path: String, _ port: Int, _ arguments: String...) async throws -> String {
        let fixed = ["curl", "--silent", "--insecure", "--noproxy", "*", "--max-time", "20"]
        return try await Program.run("/usr/bin/env", fixed + ["https://127.0.0.1:\(port)\(path)"] + arguments).output
    }

    /// What is said of a run that is created.
    private func review(_ name: String, _ port: Int) async throws -> String {
        let body = """
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-\(name)","kind":{"group":\
            "agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\
            "version":"v1alpha1","resource":"agentruns"},"name":"\(name)","namespace":"agents","operation":"CREATE",\
            "userInfo":{"username":"alice"},"object":{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",\
            "metadata":{"name":"\(name)","namespace":"agents","uid":"\(name)","generation":1},"spec":{"agentRef":{"name":"a"},"runtime":{"type":"job"},\
            "implementation":{"inline":{"text":"t"}},"parameters":{"repository":"o/r","base":"main","head":"codex/x"},\
            "vcsPolicy":{"mode":"read-write"}}}}}
            """
        let file = try folder.write(body, to: "\(name).json")
        return try await get(
            "/validate",
            port,
            "--header",
            "Content-Type: application/json",
            "--data-binary",
            "@\(file)"
        )
    }

    @Test func `takes reviews on a port of its own, and none when it has ended`() async throws {
        let port = try await serve(settings) { port in
            #expect(try await get("/readyz", port) == "ok")
            #expect(try await review("one", port).contains(#""allowed":true"#))
            let second = try await review("two", port)
            #expect(second.contains(#""allowed":false"#) && second.contains("HeadBranchConflict"), "\(second)")
            return port
        }
        #expect(try await get("/livez", port).isEmpty, "nobody listens")
    }

    @Test func `runs more than once beside itself`() async throws {
        try await serve(settings) { one in
            try await serve(settings) { other in
                #expect(one != other)
                // Each knows what it admits and no more.
                let answers = [try await review("run", one), try await review("run", other)]
                #expect(answers.allSatisfy { $0.contains(#""allowed":true"#) }, "\(answers)")
            }
        }
    }

    @Test func `watches an API server, and claims branches there`() async throws {
        try await FakeAPIServer.run { api in
            let kubeconfig = try folder.write(api.kubeconfig, to: "kubeconfig")
            var settings = settings
            let sources = [ClusterSource(kind: .agentRun, namespace: nil)]
            let connection = ClusterConnection(kubeconfig: kubeconfig)
            settings.state = .watched(.init(connection: connection, sources: sources, readyAgeSeconds: 300))
            try await serve(settings) { port in
                while try await get("/readyz", port) != "ok" { try await Task.sleep(for: .milliseconds(20)) }
                let answer = try await review("one", port)
                #expect(answer.contains(#""allowed":true"#), "\(answer)")
                let leases = try await api.objects(in: .leases).map(\.name)
                #expect(leases.count { $0.hasPrefix("branch-") } == 1, "\(leases)")
            }
        }
    }

    @Test func `writes the mark of the last review before it has ended, if it is to leave any`() async throws {
        try await FakeAPIServer.run { api in
            let kubeconfig = try folder.write(api.kubeconfig, to: "kubeconfig")
            for leavesMarks in [false, true] {
                var settings = settings
                let sources = [ClusterSource(kind: .agentRun, namespace: nil)]
                let connection = ClusterConnection(kubeconfig: kubeconfig)
                settings.state = .watched(.init(connection: connection, sources: sources, readyAgeSeconds: 300))
                settings.claims.namespace = "system"
                settings.leavesMarks = leavesMarks
                try await serve(settings) { port in
                    while try await get("/readyz", port) != "ok" { try await Task.sleep(for: .milliseconds(20)) }
                    let answer = try await review("one", port)
                    #expect(answer.contains(#""allowed":true"#), "\(answer)")
                }
                let maps = try await api.objects(in: .configMaps)
                #expect(maps.map(\.namespace) == (leavesMarks ? ["system"] : []))
                // Eight bytes are twelve characters of base64, the last of them padding.
                let texts = maps.map { String(decoding: $0.bytes, as: UTF8.self) }
                #expect(texts.allSatisfy { $0.contains(/"marks":"[A-Za-z0-9+\/\\]+="/) }, "\(texts)")
            }
        }
    }

    @Test func `writes the last decision before it has ended`() async throws {
        var settings = settings
        let path = folder.path("decisions")
        settings.decisionLog = .init(location: .init(path: path, maximumBytes: 1 << 20, rotatedFiles: 1))
        try await serve(settings) { port in _ = try await review("one", port) }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(#""u-one""#), "\(lines)")
    }

    @Test func `judges by a policy that is read again when it is told to`() async throws {
        func write(_ rules: String) throws -> String {
            try folder.write(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                metadata: {name: p}
                spec: {rules: {\(rules)}}
                """,
                to: "policy.yaml"
            )
        }
        var settings = settings
        settings.policy.file = try write("")
        let server = try WebhookServer(settings, logger: logger)
        let before = server.policyDigest
        _ = try write("label-policy: {required: [team]}")
        server.readAgain()
        let group = server.group()
        async let ended: Void = group.run()
        while server.policyDigest == before { try await Task.sleep(for: .milliseconds(20)) }
        _ = try write("nonsense: {}")
        #expect(throws: CommandFailure.self) { try WebhookServer(settings, logger: logger) }
        await group.triggerGracefulShutdown()
        try await ended
        try await server.end()
    }

    @Test func `starts what others rest on first`() async throws {
        var settings = settings
        settings.metrics = .init(port: 0)
        settings.decisionLog = .init(
            location: .init(path: folder.path("decisions"), maximumBytes: 4096, rotatedFiles: 1)
        )
        let server = try WebhookServer(settings, logger: logger)
        // The last starts last and stops first: nobody is served by what has stopped.
        #expect(
            server.services.map { "\(type(of: $0))" } == [
                "HeapTrimming", "MetricsService", "DecisionLogService", "ServingCertificate",
                "SelfManagedCertificate", "PolicySource", "OwnState", "WebhookService",
            ]
        )
        try await server.end()
    }

    @Test func `says which setting is wrong`() throws {
        var settings = settings
        settings.decisionLog = .init(
            location: .init(path: folder.path("nowhere/decisions"), maximumBytes: 4096, rotatedFiles: 1)
        )
        let failure = #expect(throws: CommandFailure.self) { try WebhookServer(settings, logger: logger) }
        #expect(failure?.message.contains("--decision-log") == true)
        settings.decisionLog = nil
        settings.tls.pair = .init(certificate: folder.path("tls.crt"), key: folder.path("tls.key"))
        let other = #expect(throws: CommandFailure.self) { try WebhookServer(settings, logger: logger) }
        #expect(other?.message.contains("--tls-cert") == true)
    }
}
