internal import AdmissionServer
internal import AgentRuns
internal import JSONPull
internal import Logging
internal import Offline
internal import Policy
internal import ServiceLifecycle

/// The policy of a server, read again when its file changes; a bad file changes nothing.
struct PolicySource: Service {
    let engine: Current<PolicyEngine>
    let record = ReloadRecord(name: "policy")
    /// Called with each new policy before reviews are judged by it.
    let onReload = Current<@Sendable (AdmissionPolicy) -> Void>({ _ in })

    private let options: PolicyOptions
    private let logger: Logger
    private let reloader: FileReloader<AdmissionPolicy>

    /// Reads the policy for the first time.
    init(options: PolicyOptions, logger: Logger) throws(CommandFailure) {
        self.options = options
        self.logger = logger
        // Before the file is read, so that a change from now on is noticed.
        reloader = FileReloader(paths: options.files)
        engine = Current(PolicyEngine(policy: try options.load()))
    }

    func run() async throws {
        if !options.files.isEmpty {
            await cancelWhenGracefulShutdown {
                await reloader.run {
                    try options.load()
                } onEvent: { event in
                    take(event)
                }
            }
        }
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }

    private func take(_ event: FileReloader<AdmissionPolicy>.Event) {
        switch event {
        case .loaded(let policy):
            onReload.value(policy)
            engine.replace(with: PolicyEngine(policy: policy))
            record.succeed()
            logger.notice(
                "reloaded",
                metadata: ["what": "\(record.name)", "generation": "\(policy.generation.rawValue)"]
            )
        case .failed(let reason):
            let reason = VisibleText.line(reason)
            record.fail(reason)
            logger.error(
                "cannot reload, the last good one stays in use",
                metadata: ["what": "\(record.name)", "reason": "\(reason)"]
            )
        }
    }
}
