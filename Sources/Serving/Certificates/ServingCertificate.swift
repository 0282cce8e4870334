internal import AdmissionServer
internal import ClusterState
internal import JSONPull
internal import Logging
internal import Offline
internal import ServiceLifecycle
private import Synchronization
internal import TLS

/// What the server shows its clients and whom it takes for one, read again when the files change.
///
/// New connections get the newest that is good; open ones keep what they began with.
final class ServingCertificate: Service {
    let context: Current<TLSServerContext>
    let pairRecord = ReloadRecord(name: "certificate")
    let trustRecord = ReloadRecord(name: "client-ca")

    private let files: TLSFiles
    /// Who else brings certificates; the first one only holds the place.
    private let isSelfManaged: Bool
    /// What the context was made of.
    ///
    /// Both can change at one moment, as they do in one Secret.
    private let parts: Mutex<Parts>
    private let logger: Logger
    private let pairReloader: FileReloader<TLSServerContext>?
    private let trustReloader: FileReloader<TLSServerContext>?

    private struct Parts: Sendable {
        var pair: CertificatePair
        var trust: ClientTrust?
    }

    /// Reads the files for the first time, or makes a certificate.
    init(files: TLSFiles, isSelfManaged: Bool = false, logger: Logger) throws(CommandFailure) {
        self.files = files
        self.isSelfManaged = isSelfManaged
        self.logger = logger
        // Before the files are read, so that a change from now on is noticed.
        pairReloader = files.pair.map { FileReloader(paths: [$0.certificate, $0.key]) }
        trustReloader = files.clientAuthorities.map { FileReloader(paths: [$0]) }
        do {
            let trust = try files.clientTrust()
            let pair = try files.certificatePair() ?? SelfMadeCertificate.make()
            if files.pair == nil, !isSelfManaged { SelfMadeCertificate.log(pair, to: logger) }
            for warning in pair.warnings { logger.warning("certificate", metadata: ["warning": "\(warning)"]) }
            context = Current(try files.context(pair: pair, trust: trust))
            parts = Mutex(Parts(pair: pair, trust: trust))
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// What `/readyz` tells of it.
    var readinessChecks: [HealthCheck] {
        let checks = [HealthCheck.certificate(context, pairRecord, isFile: !isSelfManaged)]
        return trustReloader == nil ? checks : checks + [.reload(trustRecord)]
    }

    /// Serves a pair that comes from elsewhere than the files to new connections.
    func serve(_ pair: CertificatePair) throws {
        take(.loaded(try change { parts in parts.pair = pair }), pairRecord)
    }

    /// Reads the files though they have not changed; what comes from elsewhere stays what it is.
    func readAgain() {
        pairReloader?.readAgain()
        trustReloader?.readAgain()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { [self] in await watchPair() }
                tasks.addTask { [self] in await watchTrust() }
            }
        }
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }

    private func watchPair() async {
        await pairReloader?.run { [self] in
            try change { parts in
                guard let pair = try files.certificatePair() else { return }
                // Without expected names it has to be a certificate of the same server.
                if files.names.isEmpty { try pair.check(canReplace: parts.pair) }
                parts.pair = pair
            }
        } onEvent: { [self] event in
            take(event, pairRecord)
        }
    }

    private func watchTrust() async {
        await trustReloader?.run { [self] in
            try change { parts in parts.trust = try files.clientTrust() }
        } onEvent: { [self] event in
            take(event, trustRecord)
        }
    }

    /// Puts a context of changed parts to use; leaves everything as it is when they do not make one.
    private func change(_ body: (inout Parts) throws -> Void) throws -> TLSServerContext {
        try parts.withLock { parts in
            var changed = parts
            try body(&changed)
            let made = try files.context(pair: changed.pair, trust: changed.trust)
            parts = changed
            context.replace(with: made)
            return made
        }
    }

    private func take(_ event: FileReloader<TLSServerContext>.Event, _ record: ReloadRecord) {
        switch event {
        case .loaded(let new):
            record.succeed()
            logger.notice(
                "reloaded",
                metadata: [
                    "what": "\(record.name)", "sha256": "\(new.pair.fingerprint)", "expires": "\(new.pair.notAfter)",
                ]
            )
            // What replicas keep for themselves they also renew, however short its time.
            for warning in new.pair.warnings where !isSelfManaged {
                logger.warning("certificate", metadata: ["warning": "\(warning)"])
            }
        case .failed(let reason):
            let reason = VisibleText.line(reason)
            record.fail(reason)
            logger.error(
                "cannot reload, the last good one stays in use",
                metadata: [
                    "what": "\(record.name)", "reason": "\(reason)",
                ]
            )
        }
    }
}
