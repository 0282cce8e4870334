package import KubernetesClient
internal import NIOCore
private import Synchronization
package import TLS

/// Keeps the certificate that all replicas serve in a Secret, and its authority in the webhooks' `caBundle`.
///
/// What to do is ``KeeperStateMachine``'s decision; this carries it out.
package final class CertificateKeeper: Sendable {
    /// What it needs of the machine.
    package struct Environment: Sendable {
        package var monotonicMilliseconds: @Sendable () -> Int64
        /// Used when the API server does not tell what its clock says.
        package var wallTime: @Sendable () -> UnixTime
        /// Random, from 0 up to 1.
        package var jitter: @Sendable () -> Double

        package init(
            monotonicMilliseconds: @escaping @Sendable () -> Int64,
            wallTime: @escaping @Sendable () -> UnixTime = { UnixTime.now() },
            jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
        ) {
            (self.monotonicMilliseconds, self.wallTime, self.jitter) = (monotonicMilliseconds, wallTime, jitter)
        }
    }

    /// What is known of how it goes, for readers on other threads.
    struct Standing: Sendable {
        var condition = KeeperStateMachine.Condition.unknown
        var failure: String?
        var told = ToldCauses()
        var authorityEnd: UnixTime?
        var nextAuthorityEnd: UnixTime?
    }

    let objects: KeptObjects
    let timing: KeeperTiming
    let client: APIClient
    let environment: Environment
    let serve: @Sendable (CertificatePair) throws -> Void
    let onEvent: @Sendable (KeeperEvent) -> Void
    let waker: Waker
    private let standing = Mutex(Standing())

    /// Makes a keeper that does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - objects: where everything is.
    ///   - timing: how long certificates last.
    ///   - client: asks the API server.
    ///   - environment: clocks and chance.
    ///   - serve: puts a pair to use for new connections; called by ``run()``.
    ///   - onEvent: called from anywhere.
    package init(
        _ objects: KeptObjects,
        timing: KeeperTiming = KeeperTiming(),
        client: APIClient,
        environment: Environment,
        serve: @escaping @Sendable (CertificatePair) throws -> Void,
        onEvent: @escaping @Sendable (KeeperEvent) -> Void
    ) {
        (self.objects, self.timing, self.client, self.environment) = (objects, timing, client, environment)
        (self.serve, self.onEvent) = (serve, onEvent)
        waker = Waker(eventLoop: client.eventLoop)
    }

    /// Works until the task is cancelled; what is served stays.
    package func run() async {
        let watches = [objects.secrets, objects.configurations].map { resource in
            ObjectWatch(resource, client: client) { [waker] in
                waker.call()
            } onRefusal: { [onEvent] reason in
                onEvent(.unwatched(reason))
            }
        }
        for watch in watches { watch.start(monotonicMilliseconds: environment.monotonicMilliseconds) }
        var rounds = KeeperRounds(self)
        await rounds.run { watches.allSatisfy(\.isWatching) }
        for watch in watches { await watch.stop() }
    }

    /// Looks at once whether there is something to do.
    package func wake() { waker.call() }

    /// Why API servers cannot use what is served; nil when they can.
    package var readinessProblem: String? {
        let standing = standing.withLock { $0 }
        let reason = standing.failure.map { ": \($0)" } ?? ""
        let configuration = "ValidatingWebhookConfiguration \(objects.configuration)"
        switch standing.condition {
        case .trusted: return nil
        case .unknown: return "Secret and webhook configuration have not been read yet\(reason)"
        case .missing: return "there is no serving certificate yet\(reason)"
        case .invalid: return "the serving certificate is not valid at the API server's time\(reason)"
        case .untrusted(.noConfiguration): return "\(configuration) does not exist; apply it"
        case .untrusted(.noWebhook):
            return "no webhook of \(configuration) calls the service \(objects.namespace)/\(objects.service); correct "
                + "its clientConfig.service, or --service or --webhook-configuration"
        case .untrusted(.notInBundle):
            return "caBundle of \(configuration) lacks the authority of the serving certificate\(reason)"
        case .untrusted(.unsettled):
            return "caBundle of \(configuration) was changed a moment ago, and API servers may not have heard of the "
                + "authority of the serving certificate yet: ready when it was there for the settle time "
                + "(\(timing.settleMilliseconds / 1000) s)\(reason)"
        }
    }

    /// Why what is served is not renewed; nil when it is.
    package var failure: String? { standing.withLock { $0.failure } }

    /// When the authority that signs ends; nil when there is none.
    package var authorityEnd: UnixTime? { standing.withLock { $0.authorityEnd } }
    /// The same of the one that is to follow.
    package var nextAuthorityEnd: UnixTime? { standing.withLock { $0.nextAuthorityEnd } }

    func note(_ secret: SecretFacts) {
        standing.withLock { standing in
            standing.authorityEnd = secret.authority?.validity.notAfter
            standing.nextAuthorityEnd = secret.next?.validity.notAfter
        }
    }

    func note(_ condition: KeeperStateMachine.Condition) {
        standing.withLock { $0.condition = condition }
    }

    /// Tells of a failure, once for each cause until there is none any more.
    func note(failure: String, _ cause: FailureCause) {
        let isNews = standing.withLock { standing in
            standing.failure = failure
            return standing.told.isNews(cause)
        }
        if isNews { onEvent(.failed(failure)) }
    }

    /// There is nothing wrong, or no longer.
    func noteSuccess() {
        let isNews = standing.withLock { standing in
            standing.failure = nil
            return standing.told.recover()
        }
        if isNews { onEvent(.recovered) }
    }
}
