private import AdmissionServer
internal import ArgumentParser
private import CoreMetrics
internal import HTTPServer
internal import Logging
private import NIOCore
internal import Offline
private import Prometheus
internal import Reports
internal import Serving

/// `serve`: the webhook.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer AdmissionReviews over HTTPS.",
        discussion: """
            Without any option it listens on port 8443 of all addresses, IPv6 and IPv4, with a certificate it makes for itself, judges by the built-in \
            policy, and knows of the cluster what it has admitted itself; in a pod it lists and watches the cluster with the \
            pod's service account.

            EXAMPLES
              agentrun-admission serve
              agentrun-admission serve --kubeconfig ~/.kube/config --policy policy.yaml
              agentrun-admission serve --tls-cert tls.crt --tls-key tls.key --policy policy.yaml --state manifests/

            \(ExitCodes.serve.help)
            """
    )

    @Option(help: "Address to listen on, IPv6 with or without brackets; without it all there are, IPv6 and IPv4.")
    var host: ListenAddress?

    @Option(help: "Port to listen on; 0 lets the system choose, and the log tells.")
    var port = 8443

    @OptionGroup(title: "TLS") var tls: TLSOptions
    @OptionGroup(title: "Self-managed certificates") var selfManaged: SelfManagedOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "Claims") var claims: ClaimOptions
    @OptionGroup(title: "Audit") var audit: AuditOptions
    @OptionGroup(title: "Events") var events: EventOptions
    @OptionGroup var reports: ReportOptions

    @Option(help: "Threads that answer; without it one a core.")
    var threads: Int?

    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Metrics") var metrics: MetricsOptions
    @OptionGroup(title: "Status page") var status: StatusOptions
    @OptionGroup(title: "Traces") var spans: SpanOptions
    @OptionGroup(title: "Log") var log: LogOptions
    @OptionGroup(title: "Decision log") var decisionLog: DecisionLogOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads must be at least 1") }
        if case .number(let number) = metrics.port, number == port, number != 0 {
            throw ValidationError("--metrics-port must be another than --port")
        }
        if let number = status.port, number != 0, number == port || metrics.port == .number(number) {
            throw ValidationError("--status-port must be another than --port and --metrics-port")
        }
        guard status.policyMap == nil || (claims.claims == .lease && state.paths.isEmpty && !cluster.isOff) else {
            throw ValidationError("--policy-configmap needs a cluster that is watched, and --claims lease")
        }
        guard !selfManaged.isOn || tls.certificateFile == nil else {
            throw ValidationError("--self-managed-certs and --tls-cert exclude each other: give one of them")
        }
        guard state.paths.isEmpty || cluster.kubeconfig == nil else {
            throw ValidationError("--state and --kubeconfig are two sources of one cluster state: give one of them")
        }
    }

    func run() async throws {
        let logger = log.bootstrap()
        let signals = await StopSignals(logger: logger)
        raiseDescriptorLimit(logger)
        let metrics = AdmissionMetrics()
        MetricsSystem.bootstrap(RegistryMetricsFactory(registry: metrics.registry))
        let server = try WebhookServer(settings(), metrics: metrics, delay: signals.delay, logger: logger)
        signals.onHangUp { server.readAgain() }
        try await signals.run(server.group())
        try await server.end()
    }

    /// What the arguments come to.
    private func settings() throws(CommandFailure) -> ServerSettings {
        let connection = cluster.connection
        var settings = ServerSettings(
            host: host?.text,
            port: port,
            tls: try tls.files(),
            policy: policy.location,
            threads: threads ?? System.coreCount
        )
        settings.http2Choice = tls.http2Choice
        settings.selfManaged = selfManaged.settings(connection)
        // Manifests where there are some, else the cluster if there is one to ask.
        if !state.paths.isEmpty {
            settings.state = .manifests(state.paths)
        } else if let connection {
            settings.state = .watched(cluster.settings(connection))
        }
        settings.claims = claims.settings
        let isWatched = if case .watched = settings.state { true } else { false }
        settings.auditIntervalSeconds = try audit.intervalSeconds(hasLeases: isWatched && settings.claims.isOn)
        // Nobody else reads them, or removes those of runs that are over.
        settings.leavesMarks = settings.auditIntervalSeconds != nil
        settings.writesEvents = events.events == .on
        settings.policyReports = try reports.api(isAudited: settings.auditIntervalSeconds != nil)
        settings.limits = limits.settings
        settings.metrics = metrics.settings
        settings.status = status.settings
        if status.policyMap != nil, connection == nil {
            throw CommandFailure("--policy-configmap needs an API server to ask: pass --kubeconfig")
        }
        settings.spans = spans.settings
        settings.slowReview = log.slowReview.amount
        settings.decisionLog = decisionLog.settings
        return settings
    }

    /// Lets the process have as many connections as it may, and says when that is fewer than the flags allow.
    private func raiseDescriptorLimit(_ logger: Logger) {
        guard let limit = DescriptorLimit.raise() else { return }
        let needed = limits.settings.server.neededDescriptors
        guard limit < needed else { return }
        logger.warning(
            "fewer file descriptors than --max-connections may need",
            metadata: ["limit": "\(limit)", "needed": "\(needed)"]
        )
    }
}
