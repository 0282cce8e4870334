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
    /// Of the policy in use.
    let origin: Current<PolicyOrigin>
    let record = ReloadRecord(name: "policy")
    /// Told of each new policy before reviews are judged by it.
    let followers = Followers<AdmissionPolicy>()

    private let location: PolicyLocation
    private let logger: Logger
    private let reloader: FileReloader<AdmissionPolicy>

    /// Reads the policy for the first time.
    init(_ location: PolicyLocation, logger: Logger) throws(CommandFailure) {
        self.location = location
        self.logger = logger
        // Before the file is read, so that a change from now on is noticed.
        reloader = FileReloader(paths: location.files)
        let policy = try location.load()
        engine = Current(PolicyEngine(policy: policy))
        origin = Current(PolicyOrigin(location, loadedAt: Clocks.wall()))
        logger.info("policy in use", metadata: Self.metadata(of: policy))
    }

    /// Holds always; tells which policy judges, and when that is not the file in place.
    var readiness: HealthCheck {
        let reload = HealthCheck.reload(record)
        return HealthCheck(
            name: record.name,
            note: { [engine] in
                let policy = engine.value.policy
                let identity = "generation \(policy.generation.rawValue), sha256 \(policy.digest)"
                return reload.note().map { "\(identity); \($0)" } ?? identity
            },
            problem: reload.problem
        )
    }

    /// Reads the file though it has not changed; the built-in policy stays what it is.
    func readAgain() { reloader.readAgain() }

    func run() async throws {
        if !location.files.isEmpty {
            await cancelWhenGracefulShutdown {
                await reloader.run {
                    try location.load()
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
            origin.replace(with: PolicyOrigin(location, loadedAt: Clocks.wall()))
            followers.tell(policy)
            engine.replace(with: PolicyEngine(policy: policy))
            record.succeed()
            let what: Logger.Metadata = ["what": "\(record.name)"]
            logger.notice("reloaded", metadata: what.merging(Self.metadata(of: policy)) { own, _ in own })
        case .failed(let reason):
            let reason = VisibleText.line(reason)
            record.fail(reason)
            logger.error(
                "cannot reload, the last good one stays in use",
                metadata: ["what": "\(record.name)", "reason": "\(reason)"]
            )
        }
    }

    /// Which policy it is.
    private static func metadata(of policy: AdmissionPolicy) -> Logger.Metadata {
        [
            "policy": "\(VisibleText.line(policy.name))", "generation": "\(policy.generation.rawValue)",
            "sha256": "\(policy.digest)",
        ]
    }
}
