import KubernetesClient
import NIOEmbedded
import Synchronization
import TLS

@testable import SelfManagedCertificates

/// One replica's process.
struct KeeperReplica {
    /// What was told, by the keeper that does the telling.
    private final class Told: Sendable {
        let failures = Mutex(0)
    }

    let number: Int
    private let flaws: KeeperFlaws
    var machine: KeeperStateMachine
    private(set) var life = 0
    private(set) var isUp = false
    var isBusy = false
    var isCalled = false
    var alarm = 0
    var secret: KeeperCluster.Stored?
    var configurationVersion = 0
    var date = UnixTime(secondsSinceEpoch: YearPlan.beginning)
    /// The Secret that the pair in use was taken from.
    var taken: SecretFacts?
    private(set) var unreadySince: Int64?
    private var keeper: CertificateKeeper?
    private let told = Told()
    private var causes: Set<FailureCause> = []
    private(set) var mostTold = 0
    /// The text of what was told twice.
    private(set) var repeated: String?

    init(number: Int, flaws: KeeperFlaws) {
        (self.number, self.flaws) = (number, flaws)
        machine = KeeperStateMachine()
    }

    /// A new process, which knows nothing.
    mutating func restart(at now: Int64) {
        var timing = KeeperTiming()
        timing.watchedMilliseconds = 10 * YearPlan.day
        timing.flaws = flaws
        machine = KeeperStateMachine(timing: timing)
        machine.isWatched = true
        life += 1
        (isUp, isBusy, isCalled) = (true, false, false)
        (secret, taken, configurationVersion) = (nil, nil, 0)
        unreadySince = now
        causes = []
        told.failures.withLock { $0 = 0 }
        keeper = nil
    }

    /// Does nothing but tell.
    private static func keeper(_ told: Told) -> CertificateKeeper? {
        let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        let loop = EmbeddedEventLoop()
        guard let objects, let server = ServerAddress("https://api.example"),
            let client = try? APIClient(
                on: loop,
                files: files,
                source: { () throws(AccessError) in
                    ClusterAccess(server: server, verification: .skipped, token: .none)
                }
            )
        else { return nil }
        return CertificateKeeper(
            objects,
            client: client,
            environment: .init(monotonicMilliseconds: { 0 }),
            serve: { _ in },
            onEvent: { event in
                if case .failed = event { told.failures.withLock { $0 += 1 } }
            }
        )
    }

    private static let objects = try? KeptObjects(
        namespace: "hooks",
        secret: "certs",
        configuration: "judges",
        service: "judge"
    )

    // MARK: Telling

    mutating func fail(_ text: String, _ cause: FailureCause) {
        keeper = keeper ?? Self.keeper(told)
        keeper?.note(failure: text, cause)
        causes.insert(cause)
        let count = told.failures.withLock { $0 }
        mostTold = max(mostTold, count)
        if count != causes.count { repeated = text }
    }

    mutating func succeed() {
        keeper?.noteSuccess()
        causes = []
        told.failures.withLock { $0 = 0 }
    }

    // MARK: Readiness

    /// What it serves while it is ready.
    var readyPair: PairFacts? { machine.condition == .trusted ? machine.served : nil }

    mutating func note(at now: Int64) {
        unreadySince = readyPair != nil ? nil : unreadySince ?? now
    }
}
