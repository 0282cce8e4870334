import FakeAPIServer
import Foundation
import KubernetesClient
import NIOCore
import NIOPosix
import SelfManagedCertificates
import Synchronization
import TLS
import TestPatience

/// Time that passes when it is told to, for certificates and waits alike.
final class VirtualClock: Sendable {
    private let seconds = Atomic<Int64>(1_800_000_000)

    var time: UnixTime { UnixTime(secondsSinceEpoch: seconds.load(ordering: .acquiring)) }
    var milliseconds: Int64 { seconds.load(ordering: .acquiring) * 1000 }

    func advance(seconds: Int64) {
        self.seconds.add(seconds, ordering: .acquiringAndReleasing)
    }
}

/// A keeper that works against a fake API server, and a TLS server with what it brings.
final class Replica: Sendable {
    static let objects: KeptObjects = {
        do {
            return try KeptObjects(namespace: "hooks", secret: "certs", configuration: "judges", service: "judge")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    static let timing: KeeperTiming = {
        var timing = Facts.timing
        // Nothing but changes and the test moves it on.
        (timing.watchedMilliseconds, timing.unwatchedMilliseconds) = (600_000, 600_000)
        return timing
    }()

    /// What new connections are shown, and what was told.
    private struct Told: Sendable {
        var context: TLSServerContext?
        var lines: [String] = []
    }

    private final class Log: Sendable {
        let told = Mutex(Told())
    }

    let keeper: CertificateKeeper
    private let client: APIClient
    private let log = Log()

    init(_ server: FakeAPIServer, _ clock: VirtualClock) throws {
        let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        client = try APIClient(on: MultiThreadedEventLoopGroup.singleton.next(), files: files) {
            () throws(AccessError) in
            try Kubeconfig.decode(Array(server.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
        }
        keeper = CertificateKeeper(
            Self.objects,
            timing: Self.timing,
            client: client,
            environment: .init(
                monotonicMilliseconds: { clock.milliseconds },
                wallTime: { clock.time },
                jitter: { 0 }
            ),
            serve: { [log] pair in
                let context = try TLSServerContext.make(pair: pair)
                log.told.withLock { $0.context = context }
            },
            onEvent: { [log] event in
                log.told.withLock { $0.lines.append(Self.line(event)) }
            }
        )
    }

    private static func line(_ event: KeeperEvent) -> String {
        switch event {
        case .serving(let pair): "serving \(pair.fingerprint.prefix(8))"
        case .wrote(let change): "wrote \(change)"
        case .trusted(let authorities): "trusted \(authorities)"
        case .unusable(let reason): "unusable: \(reason)"
        case .unwatched(let reason): "unwatched: \(reason)"
        case .failed(let reason): "failed: \(reason)"
        case .recovered: "recovered"
        }
    }

    var lines: [String] { log.told.withLock { $0.lines } }
    var context: TLSServerContext? { log.told.withLock { $0.context } }
    var fingerprint: String? { context?.pair.fingerprint }
    var isReady: Bool { keeper.readinessProblem == nil }

    /// Replicas for the time of `body`.
    static func run(
        _ count: Int = 1,
        on server: FakeAPIServer,
        _ clock: VirtualClock,
        _ body: ([Replica]) async throws -> Void
    ) async throws {
        let replicas = try (0..<count).map { _ in try Replica(server, clock) }
        try await withThrowingTaskGroup { tasks in
            for replica in replicas { tasks.addTask { await replica.keeper.run() } }
            defer { tasks.cancelAll() }
            try await body(replicas)
        }
        for replica in replicas { replica.client.close() }
    }

    /// What never came, and what was told meanwhile.
    struct NeverCame: Error {
        var lines: [String]
        var readiness: String?
    }

    /// Waits until `condition` is true; a minute is enough, however busy the machine is.
    func until(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60 * Patience.factor)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                throw NeverCame(lines: lines, readiness: keeper.readinessProblem)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func until(_ line: String) async throws {
        try await until { self.lines.contains { $0.contains(line) } }
    }
}

/// What the API server keeps for it.
extension FakeAPIServer {
    static func forCertificates(
        _ clock: VirtualClock,
        hasSecret: Bool = true,
        _ body: (FakeAPIServer) async throws -> Void
    ) async throws {
        var configuration = Configuration()
        configuration.now = { clock.time }
        try await run(configuration) { server in
            try await server.create(json: Self.judges, in: .validatingWebhookConfigurations)
            if hasSecret { try await server.create(json: Self.secret, in: .secrets, namespace: "hooks") }
            try await body(server)
        }
    }

    private static let secret = """
        {"apiVersion":"v1","kind":"Secret","type":"Opaque",
        "metadata":{"name":"certs","labels":{"app":"judge"}},"data":{"note":"aGVsbG8="}}
        """

    private static let judges = """
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
        "metadata":{"name":"judges"},"webhooks":[
        {"name":"a.example.com","clientConfig":{"service":{"namespace":"hooks","name":"judge","path":"/validate"}}},
        {"name":"other.example.com","clientConfig":{"url":"https://example.com","caBundle":"b3RoZXI="}},
        {"name":"b.example.com","clientConfig":{"service":{"namespace":"hooks","name":"judge"}},"timeoutSeconds":7}]}
        """

    /// The data of the Secret, decoded.
    func secret() async throws -> [String: String] {
        let object = try await object("certs", in: .secrets, namespace: "hooks")
        let data = object?.json["data"] as? [String: String] ?? [:]
        return data.compactMapValues { Data(base64Encoded: $0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// The bundles of all webhooks, decoded.
    func bundles() async throws -> [String] {
        let object = try await object("judges", in: .validatingWebhookConfigurations)
        let webhooks = object?.json["webhooks"] as? [[String: Any]] ?? []
        return webhooks.map { webhook in
            let text = (webhook["clientConfig"] as? [String: Any])?["caBundle"] as? String ?? ""
            return Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }

    /// Lets time pass, as fast as the replicas look at it, until `condition` is true.
    func move(
        _ clock: VirtualClock,
        _ replicas: [Replica],
        until condition: () async throws -> Bool
    ) async throws {
        var seen = 0
        try await replicas[0].until {
            let count = try await observations.requestCount
            if count >= seen + 2 * replicas.count {
                seen = count
                clock.advance(seconds: 10)
            }
            for replica in replicas { replica.keeper.wake() }
            return try await condition()
        }
    }

    /// How many certificates our webhooks' bundles have.
    func trustedCount() async throws -> Int {
        try await bundles()[0].components(separatedBy: "-----BEGIN CERTIFICATE-----").count - 1
    }

    func set(bundle: String) async throws { try await set(bundle: bundle, of: [0, 2]) }

    /// Makes PEM text the bundle of one webhook.
    func put(_ pem: String, intoBundle index: Int) async throws {
        try await set(bundle: Data(pem.utf8).base64EncodedString(), of: [index])
    }

    private func set(bundle: String, of indices: [Int]) async throws {
        let object = try await object("judges", in: .validatingWebhookConfigurations)
        var webhooks = object?.json["webhooks"] as? [[String: Any]] ?? []
        for index in indices {
            var client = webhooks[index]["clientConfig"] as? [String: Any] ?? [:]
            client["caBundle"] = bundle
            webhooks[index]["clientConfig"] = client
        }
        try await update("judges", in: .validatingWebhookConfigurations, merging: ["webhooks": webhooks])
    }
}
