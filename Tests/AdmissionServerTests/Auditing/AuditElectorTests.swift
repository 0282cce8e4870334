import ClusterState
import Dispatch
import FakeAPIServer
import JSONPull
import KubernetesClient
import NIOPosix
import Synchronization
import TestPatience
import Testing

@testable import AdmissionServer

/// The election against an API server.
@Suite(.limit(minutes: 1)) struct `Replicas that elect` {
    /// What an elector told, a line each.
    private final class Told: Sendable {
        let lines = Mutex<[String]>([])
        let failures = Mutex(0)

        func add(_ event: AuditElector.Event) { lines.withLock { $0.append("\(event)") } }
    }

    private static func elector(
        _ server: FakeAPIServer,
        _ name: String,
        told: Told = Told(),
        timing: AuditElection.Timing = .init()
    ) throws -> AuditElector {
        let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        let client = try APIClient(on: MultiThreadedEventLoopGroup.singleton.next(), files: files) {
            () throws(AccessError) in
            try Kubeconfig.decode(Array(server.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
        }
        let now: @Sendable () -> Int64 = { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }
        return AuditElector(
            client: client,
            namespace: "system",
            replica: name,
            timing: timing,
            environment: .init(
                monotonicMilliseconds: now,
                wallMilliseconds: { 1_770_000_000_000 + now() },
                onEvent: { told.add($0) },
                onFailure: { told.failures.withLock { $0 += 1 } }
            )
        )
    }

    @Test func `are one by one the one that audits`() async throws {
        try await FakeAPIServer.run { server in
            let (one, other) = (try Self.elector(server, "one"), try Self.elector(server, "other"))
            _ = await one.attempt()
            _ = await other.attempt()
            #expect(one.isElected && !other.isElected)
            _ = await one.attempt()
            #expect(one.isElected)
            let lease = try #require(try await server.objects(in: .leases).first)
            #expect(lease.name == "agentrun-admission-audit" && lease.namespace == "system")
            await one.release()
            #expect(!one.isElected)
            _ = await other.attempt()
            #expect(other.isElected)
        }
    }

    @Test func `take over from one that is gone without a word`() async throws {
        try await FakeAPIServer.run { server in
            let timing = AuditElection.Timing(duration: 1000, deadline: 500, period: 100)
            let one = try Self.elector(server, "one", timing: timing)
            let other = try Self.elector(server, "other", timing: timing)
            _ = await one.attempt()
            while !other.isElected {
                _ = await other.attempt()
                #expect(!(one.isElected && other.isElected))
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test func `say once what to grant, and go on when it is granted`() async throws {
        try await FakeAPIServer.run { server in
            let told = Told()
            let elector = try Self.elector(server, "one", told: told)
            let forbidden = Fault.forbidden(user: "w", verb: "get", .leases, namespace: "system")
            try await server.script(FaultRule(matching: .init(nil, .leases), times: 3, forbidden))
            var waits: [Int64] = []
            for _ in 0..<3 { waits.append(await elector.attempt()) }
            #expect(!elector.isElected && waits[0] >= 2000 && waits[2] >= 8000, "\(waits)")
            _ = await elector.attempt()
            #expect(elector.isElected)
            let lines = told.lines.withLock { $0 }
            #expect(lines.count == 3 && lines[1] == "recovered" && lines[2] == "elected", "\(lines)")
            #expect(lines[0].contains("grant get, create and update of leases.coordination.k8s.io"), "\(lines)")
            #expect(told.failures.withLock { $0 } == 3)
        }
    }

    @Test func `wait as long as a busy server wants`() async throws {
        try await FakeAPIServer.run { server in
            let elector = try Self.elector(server, "one")
            let busy = Fault.status(429, "TooManyRequests", "busy", retryAfterSeconds: 17)
            try await server.script(FaultRule(matching: .init(nil, .leases), busy))
            #expect(await elector.attempt() >= 17_000)
            try await server.script(FaultRule(matching: .init(nil, .leases), .html(code: 200)))
            _ = await elector.attempt()
            #expect(!elector.isElected)
        }
    }
}
