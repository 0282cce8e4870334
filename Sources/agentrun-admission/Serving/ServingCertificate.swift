internal import AdmissionServer
internal import ClusterState
internal import Logging
internal import ServiceLifecycle
internal import TLS

/// What the server shows its clients and whom it takes for one, read again when the files change.
///
/// New connections get the newest that is good; open ones keep what they began with.
struct ServingCertificate: Service {
    let context: Current<TLSServerContext>
    let pairRecord = ReloadRecord(name: "certificate")
    let trustRecord = ReloadRecord(name: "client-ca")

    private let files: TLSFiles
    private let trust: Current<ClientTrust?>
    private let logger: Logger
    private let pairReloader: FileReloader<TLSServerContext>?
    private let trustReloader: FileReloader<TLSServerContext>?

    /// Reads the files for the first time, or makes a certificate.
    init(files: TLSFiles, logger: Logger) throws(CommandFailure) {
        self.files = files
        self.logger = logger
        // Before the files are read, so that a change from now on is noticed.
        pairReloader = files.pair.map { FileReloader(paths: [$0.certificate, $0.key]) }
        trustReloader = files.clientAuthorities.map { FileReloader(paths: [$0]) }
        do {
            let trust = try files.clientTrust()
            let pair = try files.certificatePair() ?? SelfMadeCertificate.make()
            if files.pair == nil { SelfMadeCertificate.log(pair, to: logger) }
            for warning in pair.warnings { logger.warning("certificate", metadata: ["warning": "\(warning)"]) }
            context = Current(try files.context(pair: pair, trust: trust))
            self.trust = Current(trust)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// What `/readyz` tells of it.
    var readinessChecks: [HealthCheck] {
        let checks = [HealthCheck.certificate(context, pairRecord)]
        return trustReloader == nil ? checks : checks + [.reload(trustRecord)]
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await watchPair() }
                tasks.addTask { await watchTrust() }
            }
        }
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }

    private func watchPair() async {
        await pairReloader?.run {
            guard let pair = try files.certificatePair() else { return context.value }
            // Without expected names it has to be a certificate of the same server.
            if files.names.isEmpty { try pair.check(canReplace: context.value.pair) }
            return try files.context(pair: pair, trust: trust.value)
        } onEvent: { event in
            take(event, pairRecord)
        }
    }

    private func watchTrust() async {
        await trustReloader?.run {
            let new = try files.clientTrust()
            let made = try files.context(pair: context.value.pair, trust: new)
            trust.replace(with: new)
            return made
        } onEvent: { event in
            take(event, trustRecord)
        }
    }

    private func take(_ event: FileReloader<TLSServerContext>.Event, _ record: ReloadRecord) {
        switch event {
        case .loaded(let new):
            context.replace(with: new)
            record.succeed()
            logger.notice(
                "reloaded",
                metadata: [
                    "what": "\(record.name)", "sha256": "\(new.pair.fingerprint)", "expires": "\(new.pair.notAfter)",
                ]
            )
            for warning in new.pair.warnings { logger.warning("certificate", metadata: ["warning": "\(warning)"]) }
        case .failed(let reason):
            let reason = TerminalText.line(reason)
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
