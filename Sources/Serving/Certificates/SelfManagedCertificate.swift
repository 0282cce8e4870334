internal import AdmissionServer
internal import JSONPull
internal import KubernetesClient
internal import Logging
internal import NIOCore
internal import Offline
internal import SelfManagedCertificates
internal import ServiceLifecycle
internal import TLS

/// The certificate that the replicas keep for themselves in the cluster, as a service; idle unless it is asked for.
struct SelfManagedCertificate: Service {
    private let keeper: CertificateKeeper?
    private let client: APIClient?

    /// Reads the access for the first time; nothing is asked before ``run()``.
    init(
        _ settings: ServerSettings.SelfManaged?,
        serving: ServingCertificate,
        eventLoop: any EventLoop,
        logger: Logger
    ) throws(CommandFailure) {
        guard let settings else {
            (keeper, client) = (nil, nil)
            return
        }
        guard let connection = settings.connection else {
            throw CommandFailure("--self-managed-certs needs an API server to keep them in: pass --kubeconfig")
        }
        let access: ClusterAccess
        let client: APIClient
        do throws(AccessError) {
            access = try connection.source()
            client = try connection.client(on: eventLoop)
        } catch {
            throw CommandFailure("cannot reach the cluster as told: \(error.description)")
        }
        let objects = try settings.objects(access)
        self.client = client
        keeper = CertificateKeeper(
            objects,
            timing: settings.timing,
            client: client,
            environment: .init(monotonicMilliseconds: Clocks.monotonicMilliseconds),
            serve: { pair in try serving.serve(pair) },
            onEvent: { event in
                Self.note(event, in: serving.pairRecord)
                Self.log(event, objects, to: logger)
            }
        )
    }

    /// What `/readyz` tells of it.
    var readinessChecks: [HealthCheck] {
        guard let keeper else { return [] }
        return [
            HealthCheck(name: "certificate-trust") {
                keeper.failure.map { VisibleText.line($0) }
            } problem: {
                keeper.readinessProblem.map { VisibleText.line($0) }
            }
        ]
    }

    /// When the authorities end that replicas keep for themselves.
    var authorityEnds: [(name: String, endsAt: UnixTime)] {
        let ends = [("authority", keeper?.authorityEnd), ("next authority", keeper?.nextAuthorityEnd)]
        return ends.compactMap { name, end in end.map { (name: name, endsAt: $0) } }
    }

    /// Shows when the authorities expire.
    func observe(in metrics: AdmissionMetrics) {
        guard let keeper else { return }
        metrics.observeAuthorities {
            keeper.authorityEnd
        } nextExpiresAt: {
            keeper.nextAuthorityEnd
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await keeper?.run() }
        client?.close()
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }

    private static func note(_ event: KeeperEvent, in record: ReloadRecord) {
        switch event {
        case .failed(let reason): record.fail(VisibleText.line(reason))
        case .recovered: record.succeed()
        case .serving, .wrote, .trusted, .unusable, .unwatched: break
        }
    }

    private static func log(_ event: KeeperEvent, _ objects: KeptObjects, to logger: Logger) {
        let configuration: Logger.Metadata = ["configuration": "\(objects.configuration)"]
        switch event {
        case .serving: break  // The serving certificate tells of it.
        case .wrote(let change):
            let secret = "\(objects.namespace)/\(objects.secret)"
            logger.notice(
                "changed the Secret of the certificate",
                metadata: ["secret": "\(secret)", "what": "\(change.words)"]
            )
        case .trusted(let authorities):
            logger.notice(
                "wrote caBundle",
                metadata: configuration.merging(["authorities": "\(authorities)"]) { _, new in new }
            )
        case .unusable(let problem):
            logger.warning("something in the Secret is not used", metadata: ["reason": "\(VisibleText.line(problem))"])
        case .unwatched(let reason):
            logger.info(
                "changes are noticed within seconds, not at once",
                metadata: ["reason": "\(VisibleText.line(reason))"]
            )
        case .failed(let reason):
            logger.error("the certificate is not renewed", metadata: ["reason": "\(VisibleText.line(reason))"])
        case .recovered: logger.notice("the certificate is renewed again")
        }
    }
}

extension ServerSettings.SelfManaged {
    /// Where everything is, for who has that access.
    fileprivate func objects(_ access: ClusterAccess) throws(CommandFailure) -> KeptObjects {
        let namespace = namespace ?? access.namespace
        do throws(TLSError) {
            return try KeptObjects(
                namespace: namespace,
                secret: secret,
                configuration: configuration,
                service: service
            )
        } catch {
            throw CommandFailure("--service and the namespace \(namespace) make no DNS name: \(error.description)")
        }
    }
}

extension SecretChange {
    /// For the log.
    fileprivate var words: String {
        switch self {
        case .begin: "a first authority and a certificate"
        case .issue: "a new certificate"
        case .prepare: "a new authority, not used yet"
        case .promote: "a certificate of the new authority"
        case .restore: "the certificate in use put back"
        }
    }
}
