import AdmissionServer
import AgentRuns
import ClusterState
import Dispatch
import FakeAPIServer
import Foundation
import JSONPull
import KubernetesClient
import NIOPosix
import Policy
import Synchronization
import TestPatience

extension ReflectorTiming {
    /// Tests that count lists, or let them fail, are about those that are needed.
    static var withoutProgress: ReflectorTiming {
        var timing = ReflectorTiming()
        timing.asksForProgress = false
        return timing
    }
}

/// What a feed told, a line each.
private final class EventLog: Sendable {
    let lines = Mutex<[String]>([])
}

/// A store that is fed from a fake API server.
final class FedStore: Sendable {
    static let runs = ClusterSource(kind: .agentRun, namespace: nil)

    let store: ClusterStore
    let client: APIClient
    let feed: ClusterFeed
    private let log = EventLog()

    /// What was told so far, a line each.
    var events: [String] { log.lines.withLock { $0 } }

    private init(_ server: FakeAPIServer, _ sources: [ClusterSource], _ timing: ReflectorTiming) throws {
        let store = ClusterStore(
            repositoryOptions: RepositoryName.Options(),
            generation: .february2026,
            owner: .cluster(sources),
            reservations: ReservationLimits(lifetimeMilliseconds: 120_000)
        ) {
            Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000)
        }
        let files = CredentialFiles(
            read: { _ in [] },
            monotonicMilliseconds: { 0 },
            wallSeconds: { 0 }
        )
        client = try APIClient(on: FakeAPIServer.threads.next(), files: files) {
            () throws(AccessError) in
            try Kubeconfig.decode(Array(server.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
        }
        self.store = store
        feed = ClusterFeed(sources: sources, client: client, store: store, timing: timing) { [log] event in
            log.lines.withLock { $0.append(Self.line(event)) }
        }
    }

    private static func line(_ event: ClusterFeedEvent) -> String {
        switch event {
        case .listed(let source, let objects, _, let isFirst):
            "\(source) \(isFirst ? "listed" : "listed again") \(objects)"
        case .failed(let source, let reason): "\(source) failed: \(reason)"
        case .recovered(let source): "\(source) recovered"
        }
    }

    /// A feed for the time of `body`, quick to try again and to find a silent watch.
    static func run(
        _ server: FakeAPIServer,
        sources: [ClusterSource] = [runs],
        watchSeconds: Int = 30,
        graceMilliseconds: Int64 = 300,
        asksForProgress: Bool = false,
        _ body: (FedStore) async throws -> Void
    ) async throws {
        var timing = ReflectorTiming.withoutProgress
        timing.asksForProgress = asksForProgress
        timing.maximumWatchSeconds = watchSeconds
        timing.graceMilliseconds = graceMilliseconds
        timing.backoff = Backoff(firstMilliseconds: 10, maximumMilliseconds: 50)
        let fed = try FedStore(server, sources, timing)
        fed.feed.start()
        do {
            try await body(fed)
        } catch {
            await fed.feed.stop()
            throw error
        }
        await fed.feed.stop()
    }

    /// What never came, and what was told meanwhile.
    struct NeverCame: Error {
        var events: [String]
    }

    /// Waits until `condition` is true of the store; a minute and a half is enough for everything a test waits for,
    /// also on a busy machine.
    func until(_ condition: @Sendable (ClusterStore) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(90 * Patience.factor)
        while !condition(store) {
            guard ContinuousClock.now < deadline else { throw NeverCame(events: events) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func until(runs count: Int) async throws {
        try await until { $0.count(of: .agentRun) == count }
    }

    func until(event: String) async throws {
        try await until { _ in self.events.contains { $0.contains(event) } }
    }

    func holder(_ head: String) -> String? {
        let branch = BranchKey(repository: "o/r", head: ExactString(head))
        return store.holders(of: branch, otherThan: "", in: "", scope: nil).map { "\($0.first.name) of \($0.count)" }
    }
}

/// An AgentRun of the namespace `agents`.
func runJSON(_ name: String, head: String = "codex/x", namespace: String = "agents", phase: String? = nil) -> String {
    let status = phase.map { ",\"status\":{\"phase\":\"\($0)\"}" } ?? ""
    return """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",
        "metadata":{"name":"\(name)","namespace":"\(namespace)"},
        "spec":{"parameters":{"repository":"o/r","head":"\(head)"}}\(status)}
        """
}

extension FakeAPIServer {
    @discardableResult
    func add(_ name: String, head: String = "codex/x", namespace: String = "agents") async throws -> StoredObject {
        try await create(
            json: runJSON(name, head: head, namespace: namespace),
            in: .agentRuns,
            namespace: namespace
        )
    }

    /// Requests of that kind so far.
    func requests(_ match: FaultRule.Match) async throws -> [ReceivedRequest] {
        try await observations.requests(match)
    }
}
