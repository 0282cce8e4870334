internal import ClusterState
internal import JSONPull
package import KubernetesClient
internal import NIOCore
private import Synchronization

/// Keeps this replica in the election of the one that audits.
package actor AuditElector {
    /// What an operator has to know.
    package enum Event: Sendable {
        /// This replica audits from now on.
        case elected
        /// Another does, or nobody.
        case ended
        /// Why there can be no election, with what to do about it; each cause is told once.
        case failed(String)
        /// There can be one again.
        case recovered
    }

    /// What it needs of the machine.
    package struct Environment: Sendable {
        /// Never going back.
        package var monotonicMilliseconds: @Sendable () -> Int64
        /// Since 1970; for people.
        package var wallMilliseconds: @Sendable () -> Int64
        /// From 0 up to 1.
        package var jitter: @Sendable () -> Double = { .random(in: 0..<1) }
        package var onEvent: @Sendable (Event) -> Void
        /// Called at each attempt that comes to nothing.
        package var onFailure: @Sendable () -> Void

        package init(
            monotonicMilliseconds: @escaping @Sendable () -> Int64,
            wallMilliseconds: @escaping @Sendable () -> Int64,
            onEvent: @escaping @Sendable (Event) -> Void,
            onFailure: @escaping @Sendable () -> Void = {}
        ) {
            self.monotonicMilliseconds = monotonicMilliseconds
            self.wallMilliseconds = wallMilliseconds
            (self.onEvent, self.onFailure) = (onEvent, onFailure)
        }
    }

    private static let timeout = TimeAmount.seconds(5)
    private static let maximumAnswerBytes = 1 << 20

    private let client: APIClient
    private let namespace: String
    private let environment: Environment
    private var election: AuditElection
    private var backoff = Backoff(firstMilliseconds: 2000, maximumMilliseconds: 60_000)
    private var told = ToldCauses()
    private var wasElected = false
    /// By the monotonic clock; what others ask.
    private nonisolated let electedUntil = Atomic(Int64.min)

    /// - Parameters:
    ///   - client: whose routine connections are used.
    ///   - namespace: of the Lease; of all replicas the same.
    ///   - replica: this one's name, for people.
    ///   - environment: clocks, and who is told.
    package init(client: APIClient, namespace: String, replica: String, environment: Environment) {
        self.init(client: client, namespace: namespace, replica: replica, timing: .init(), environment: environment)
    }

    init(
        client: APIClient,
        namespace: String,
        replica: String,
        timing: AuditElection.Timing,
        environment: Environment
    ) {
        (self.client, self.namespace, self.environment) = (client, namespace, environment)
        // Two containers, one after the other, have the name of one pod.
        let start = String(UInt64.random(in: 0 ... .max), radix: 16)
        election = AuditElection(identity: ExactString("\(replica)_\(start)"), timing: timing)
    }

    /// Whether this replica is the one now.
    package nonisolated var isElected: Bool {
        environment.monotonicMilliseconds() < electedUntil.load(ordering: .acquiring)
    }

    /// Tries to be or to stay the one; how many milliseconds to wait before the next attempt.
    package func attempt() async -> Int64 {
        var call: AuditElection.Call? = election.attempt(at: environment.monotonicMilliseconds(), wall: wall)
        var failure: RequestError?
        // Looked at, taken, looked at again: nobody needs more.
        for _ in 0..<4 {
            guard let current = call else { break }
            let sentAt = environment.monotonicMilliseconds()
            let answer: AuditElection.Answer
            do throws(RequestError) {
                answer = try await send(current)
            } catch {
                answer = .failed
                failure = error
            }
            let now = environment.monotonicMilliseconds()
            call = election.next(answer, to: current, sentAt: sentAt, at: now, wall: wall)
        }
        tell(failure)
        guard let failure else {
            backoff.reset()
            return Int64(Double(election.timing.period) * (0.9 + 0.2 * environment.jitter()))
        }
        var wait = backoff.next(jitter: environment.jitter())
        if case .status(let status) = failure, let seconds = status.retryAfterSeconds {
            wait = max(wait, Int64(min(seconds, 60)) * 1000)
        }
        return wait
    }

    /// Lets another be the one at once.
    package func release() async {
        guard let call = election.release(wall: wall) else { return }
        tell(nil)
        // What is not given up ends by itself.
        _ = try? await send(call)
    }

    private var wall: WallTime { WallTime(milliseconds: environment.wallMilliseconds()) }

    private func tell(_ failure: RequestError?) {
        electedUntil.store(election.electedUntil ?? .min, ordering: .releasing)
        if let failure {
            environment.onFailure()
            if told.isNews(failure.cause) { environment.onEvent(.failed(message(failure))) }
        } else if told.recover() {
            environment.onEvent(.recovered)
        }
        let isElected = isElected
        guard isElected != wasElected else { return }
        wasElected = isElected
        environment.onEvent(isElected ? .elected : .ended)
    }

    // MARK: Requests

    private var leases: WatchedResource {
        WatchedResource(group: LeaseObject.group, version: "v1", resource: "leases", namespace: namespace)
    }

    private func send(_ call: AuditElection.Call) async throws(RequestError) -> AuditElection.Answer {
        let path = leases.path(of: ElectionLease.name)
        var request =
            switch call {
            case .read: APIRequest(.get, path)
            case .create(let record):
                APIRequest(
                    .post,
                    leases.path,
                    body: ElectionLease.encode(record, namespace: namespace, replacing: nil)
                )
            case .replace(let record, let version):
                APIRequest(
                    .put,
                    path,
                    body: ElectionLease.encode(record, namespace: namespace, replacing: version)
                )
            }
        request.timeout = Self.timeout
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        do {
            return .lease(try ElectionLease(try await client.send(request).get().body))
        } catch let error as RequestError {
            guard case .status(let status) = error else { throw error }
            switch (status.code, call) {
            case (404, .read) where status.reason == "NotFound", (404, .replace): return .absent
            case (409, .create) where status.reason == "AlreadyExists": return .changed
            case (409, .replace): return .changed
            default: throw error
            }
        } catch {
            throw .broken(reason: "the API server's answer is no Lease; check what stands in between")
        }
    }

    private func message(_ failure: RequestError) -> String {
        guard case .status(let status) = failure else { return failure.description }
        let lease = "Lease \(ElectionLease.name) in namespace \"\(namespace)\""
        switch status.code {
        case 403:
            return
                "\(lease) is forbidden: grant get, create and update of leases.\(LeaseObject.group) there to the webhook's "
                + "service account (\(status))"
        case 404:
            return "\(lease): \(status); check that the namespace exists and --claims-namespace names it"
        default: return "\(lease): \(status)"
        }
    }
}
