import AgentRuns
import ClusterState
import FakeAPIServer
import Foundation
import JSONPull
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Policy
import Synchronization
import TestPatience
import Testing

@testable import AdmissionServer

/// Replicas that tell each other their policies through a fake API server.
@Suite(.limit(minutes: 2)) struct `Replicas that tell each other` {
    /// A clock that the test moves; both hands go together.
    private final class Hands: Sendable {
        private let seconds = Mutex<Int64>(0)

        func move(by more: Int64) { seconds.withLock { $0 += more } }

        func moment() -> ClaimMoment {
            let milliseconds = seconds.withLock { $0 } * 1000
            return ClaimMoment(wall: WallTime(milliseconds: 1_790_000_000_000 + milliseconds), steady: milliseconds)
        }
    }

    private final class Teller: Sendable {
        let keeper: ReplicaKeeper
        let log = LogRecorder()
        private let task = Mutex<Task<Void, Never>?>(nil)

        init(
            _ api: FakeAPIServer,
            _ host: String,
            hands: Hands = Hands(),
            policyMap: String? = nil,
            pace: TimeAmount = .milliseconds(20)
        ) throws {
            let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
            let client = try APIClient(on: MultiThreadedEventLoopGroup.singleton.next(), files: files) {
                () throws(AccessError) in
                try Kubeconfig.decode(Array(api.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
            }
            let recorder = log
            keeper = ReplicaKeeper(
                .init(namespace: "system", host: host, policyMap: policyMap.map { .init(namespace: "own", name: $0) }),
                policy: .builtIn,
                loadedAt: Timestamp(seconds: 1_790_000_000),
                client: client,
                now: hands.moment,
                logger: Logger(label: "test") { _ in recorder.handler() },
                pace: pace
            )
        }

        func start() {
            let running = Task { [keeper] in await keeper.run() }
            task.withLock { $0 = running }
        }

        func stop() async {
            let running = task.withLock { $0 }
            running?.cancel()
            await running?.value
        }

        func until(_ condition: (ReplicaStanding) async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
            while !(try await condition(keeper.standing)) {
                try #require(ContinuousClock.now < deadline, "\(keeper.standing) \(log.lines)")
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    private static func policy(_ name: String) throws -> AdmissionPolicy {
        try AdmissionPolicy.load(
            Array(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                metadata: {name: \(name)}
                spec: {}
                """.utf8
            ),
            file: "policy.yaml"
        )
    }

    @Test func `see each other, and who judges by another policy, at once when one changes`() async throws {
        try await FakeAPIServer.run { api in
            let (one, two) = (try Teller(api, "one"), try Teller(api, "two"))
            one.start()
            two.start()
            try await one.until { $0.live.map(\.note.name) == ["one", "two"] }
            try await two.until { $0.live.map(\.note.name) == ["two", "one"] }
            #expect(one.keeper.standing.otherCount == 0)
            let policy = try Self.policy("another")
            two.keeper.use(policy, loadedAt: Timestamp(seconds: 1_790_000_100))
            try await one.until { $0.otherCount == 1 }
            let entry = try #require(one.keeper.standing.live.last)
            #expect(entry.note.digest == ExactString(policy.digest) && entry.note.loadedAt == "2026-09-21T14:15:00Z")
            #expect(entry.note.version == ExactString(ProductVersion.number))
            one.keeper.use(policy, loadedAt: Timestamp(seconds: 1_790_000_200))
            try await two.until { $0.otherCount == 0 }
            await two.stop()
            try await one.until { $0.live.map(\.note.name) == ["one"] }
            await one.stop()
            #expect(try await api.leases().isEmpty)
            #expect(one.log.lines.isEmpty && two.log.lines.isEmpty, "\(one.log.lines) \(two.log.lines)")
        }
    }

    @Test func `say a new policy at once, whatever the pace`() async throws {
        try await FakeAPIServer.run { api in
            let one = try Teller(api, "one", pace: .hours(1))
            one.start()
            try await one.until { $0.isKnown }
            let policy = try Self.policy("another")
            one.keeper.use(policy, loadedAt: Timestamp(seconds: 1_790_000_100))
            try await one.until { $0.replicas.first?.note.digest == ExactString(policy.digest) }
            await one.stop()
        }
    }

    @Test func `go on with what a killed process of the same host has left, or another one writes`() async throws {
        try await FakeAPIServer.run { api in
            let first = try Teller(api, "one", pace: .hours(1))
            first.start()
            try await first.until { $0.isKnown }
            // The first is never stopped: it was killed.
            let second = try Teller(api, "one")
            second.start()
            try await second.until { $0.isKnown }
            let name = ReplicaLease.name(host: "one")
            for _ in 0..<3 {
                // Changed by a hand, and deleted.
                try await api.update(
                    name,
                    in: .leases,
                    namespace: "system",
                    merging: ["metadata": ["labels": ["a": "b"]]]
                )
                let version = try await api.resourceVersion
                try await second.until { _ in try await api.resourceVersion > version }
                try await api.delete(name, in: .leases, namespace: "system")
                try await second.until { _ in try await api.leases().count == 1 }
            }
            await second.stop()
            #expect(try await api.leases().isEmpty)
            #expect(second.log.lines.isEmpty, "\(second.log.lines)")
            await first.stop()
        }
    }

    @Test func `remove who has been silent for an hour, and nobody else's Leases`() async throws {
        try await FakeAPIServer.run { api in
            let hands = Hands()
            let gone = try Teller(api, "gone", hands: hands, pace: .hours(1))
            gone.start()
            try await gone.until { $0.isKnown }
            try await api.create(
                json: #"{"kind":"Lease","metadata":{"name":"other"}}"#,
                in: .leases,
                namespace: "system"
            )
            let one = try Teller(api, "one", hands: hands)
            one.start()
            try await one.until { $0.live.count == 2 }
            hands.move(by: 91)
            try await one.until { $0.replicas.last?.isStale == true }
            #expect(try await api.leases().count == 3)
            hands.move(by: 3600)
            try await one.until { _ in
                try await api.leases().map(\.name).contains(ReplicaLease.name(host: "gone")) == false
            }
            #expect(try await api.leases().map(\.name).sorted() == [ReplicaLease.name(host: "one"), "other"])
            await one.stop()
            await gone.stop()
        }
    }

    @Test func `say once that they may not, and when they may again`() async throws {
        try await FakeAPIServer.run { api in
            try await api.script(
                FaultRule(
                    matching: .init(nil, .leases),
                    times: nil,
                    .forbidden(user: "system:serviceaccount:system:webhook", verb: "get", .leases, namespace: "system")
                )
            )
            let one = try Teller(api, "one")
            one.start()
            try await one.until { $0.problem != nil }
            let before = try await api.observations.requestCount
            try await one.until { _ in try await api.observations.requestCount > before + 3 }
            #expect(!one.keeper.standing.isKnown)
            try await api.removeScript()
            try await one.until { $0.isKnown }
            await one.stop()
            #expect(one.log.lines.count == 2, "\(one.log.lines)")
            #expect(one.log.lines[0].contains("grant get, list, create, update and delete on it"), "\(one.log.lines)")
        }
    }

    @Test(arguments: [Fault.html(code: 200), .raw(Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".utf8))])
    func `are unknown when what stands in between answers`(fault: Fault) async throws {
        try await FakeAPIServer.run { api in
            try await api.script(FaultRule(matching: .init(.list, .leases), times: nil, fault))
            let one = try Teller(api, "one")
            one.start()
            try await one.until { $0.problem?.contains("check that the address") == true }
            #expect(one.keeper.standing.replicas.isEmpty)
            await one.stop()
        }
    }

    @Test func `do not keep a server from stopping when the API server says nothing`() async throws {
        try await FakeAPIServer.run { api in
            try await api.script(FaultRule(matching: .init(nil, .leases), times: nil, .stallBeforeHead))
            let one = try Teller(api, "one")
            one.start()
            try await one.until { _ in try await api.observations.requestCount > 0 }
            let start = ContinuousClock.now
            await one.stop()
            #expect(ContinuousClock.now - start < .seconds(5 * Patience.factor))
        }
    }

    @Test func `are read up to a number, however many there are`() async throws {
        try await FakeAPIServer.run { api in
            for number in 0..<(ReplicaRoll.maximumCount + 5) {
                let note = ReplicaNote(
                    name: ExactString("a\(number)"),
                    version: "0.1.0",
                    digest: "aa",
                    generation: "2026-02",
                    loadedAt: "",
                    renewedAt: WallTime(milliseconds: 1_790_000_000_000)
                )
                let lease = ReplicaLease.encode(note, namespace: "system", durationSeconds: 90)
                try await api.create(json: String(decoding: lease, as: UTF8.self), in: .leases, namespace: "system")
            }
            let one = try Teller(api, "one")
            one.start()
            try await one.until { $0.hasMore }
            let standing = one.keeper.standing
            #expect(standing.replicas.count == ReplicaRoll.maximumCount)
            // Its own is behind those that are read, and known all the same.
            #expect(standing.otherCount == ReplicaRoll.maximumCount)
            await one.stop()
        }
    }

    // MARK: Who changed the policy

    private static let configMaps = FakeResource(group: "", version: "v1", resource: "configmaps")

    @Test func `know which program changed the policy's data last`() async throws {
        try await FakeAPIServer.run { api in
            let one = try Teller(api, "one", policyMap: "policy")
            one.start()
            try await one.until { $0.policyChangeProblem?.contains("correct --policy-configmap") == true }
            let entries = [
                ("kubectl-create", "2026-11-01T00:00:00Z", "f:data"), ("argocd", "2026-11-02T00:00:00Z", "f:data"),
                ("labeller", "2026-11-03T00:00:00Z", "f:metadata"), ("undated", "soon", "f:data"),
            ].map { manager, time, field in
                #"{"manager":"\#(manager)","operation":"Update","time":"\#(time)","fieldsV1":{"\#(field)":{"f:policy.yaml":{}}}}"#
            }
            let json = """
                {"kind":"ConfigMap","metadata":{"name":"policy","managedFields":[\(entries.joined(separator: ","))]},\
                "data":{"policy.yaml":"{}"}}
                """
            try await api.create(json: json, in: Self.configMaps, namespace: "own")
            try await one.until { $0.policyChange != nil }
            let change = one.keeper.standing.policyChange
            #expect(change == PolicyChange(manager: "argocd", operation: "Update", time: "2026-11-02T00:00:00Z"))
            #expect(one.keeper.standing.policyChangeProblem == nil)
            await one.stop()
            #expect(one.log.lines.isEmpty, "\(one.log.lines)")
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"metadata":{"managedFields":{}}}"#, #"{"metadata":{"managedFields":[7,{"fieldsV1":["f:data"]}]}}"#,
        #"{"metadata":{"managedFields":[{"manager":"m","fieldsV1":{"f:data":{}}}]}}"#,
    ])
    func `take it for unknown where nobody is named`(json: String) throws {
        #expect(try PolicyChange.decode(Array(json.utf8)) == nil)
    }

    @Test func `cut the name that a program gives itself`() throws {
        let long = String(repeating: "m", count: 100_000)
        let json = """
            {"metadata":{"managedFields":[{"manager":"\(long)","time":"2026-11-02T00:00:00Z","fieldsV1":{"f:data":{}}}]}}
            """
        #expect(try PolicyChange.decode(Array(json.utf8))?.manager.characterCount == 256)
    }
}
