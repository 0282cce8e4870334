private import AdmissionServer
internal import ArgumentParser
private import ClusterState
private import CoreMetrics
internal import HTTPServer
internal import Logging
private import NIOCore
private import NIOPosix
internal import Offline
private import Prometheus
internal import Reports
private import ServiceLifecycle
private import TLS

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

    @Option(help: "Threads that answer; without it one a core.")
    var threads: Int?

    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Metrics") var metrics: MetricsOptions
    @OptionGroup(title: "Log") var log: LogOptions
    @OptionGroup(title: "Decision log") var decisionLog: DecisionLogOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads must be at least 1") }
        if case .number(let number) = metrics.port, number == port, number != 0 {
            throw ValidationError("--metrics-port must be another than --port")
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
        let counted = AdmissionMetrics()
        MetricsSystem.bootstrap(RegistryMetricsFactory(registry: counted.registry))
        let policies = try PolicySource(options: policy, logger: logger)
        let certificate = try ServingCertificate(
            files: tls.files(),
            isSelfManaged: selfManaged.isOn,
            logger: logger
        )
        signals.onHangUp {
            policies.readAgain()
            certificate.readAgain()
        }
        // Threads of their own talk to the API server, so that no review waits for a list: one lists and watches, the other
        // claims branches and keeps the certificate.
        let clusterLoops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let kept = try SelfManagedCertificate(
            selfManaged,
            connection: ClusterConnection(cluster),
            serving: certificate,
            eventLoop: clusterLoops.next(),
            logger: logger
        )
        let source = try stateSource(policies, counted, clusterLoops, logger: logger)
        observe(counted, certificate, policies, source)
        kept.observe(in: counted)
        let decisions = try decisionLog.open(counted, logger: logger)
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: threads ?? System.coreCount)
        let stopping = Stopping()
        let listening = Listening()
        let readinessChecks =
            [stopping.readiness] + certificate.readinessChecks
            + kept.readinessChecks + [policies.readiness] + source.readinessChecks
        let reviews = ReviewHandler(
            engine: policies.engine,
            state: source.store,
            claimer: source.claimer,
            now: Clocks.wall,
            inFlight: ReviewsInFlight(maximum: limits.maxInFlight),
            metrics: counted,
            log: ReviewLog(logger: logger, slowReview: log.slowReview.amount),
            decisions: decisions?.log
        )
        let judgingLoops = MultiThreadedEventLoopGroup(numberOfThreads: ReviewLanes.threadCount)
        let service = AdmissionService(
            reviews: reviews,
            lanes: ReviewLanes(reviews, on: judgingLoops),
            readinessChecks: readinessChecks,
            version: ProductVersion()
        )
        let server = HTTPServer(
            configuration: .init(host: host?.text, port: port, limits: limits.serverLimits),
            group: eventLoops,
            security: .tls { certificate.context.value },
            service: service,
            observer: counted.transport,
            logger: logger
        )
        let drain = WebhookService.Drain(
            delay: .seconds(limits.drainDelaySeconds),
            timeout: .seconds(limits.drainSeconds),
            signals: signals,
            stopping: stopping
        )
        let webhook = WebhookService(
            server: server,
            source: source,
            drain: drain,
            listening: listening,
            http2: tls.http2Choice,
            logger: logger
        )
        let probed = MetricsEndpoint(
            registry: counted.registry,
            readinessChecks: [listening.readiness] + readinessChecks
        )
        // A thread of its own, too: whatever the others are at, a probe is answered.
        let probeLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let scrapes = metricsService(probed, certificate, probeLoops, logger)
        let services: [any Service] = [HeapTrimming()] + scrapes + [decisions].compactMap(\.self)
        try await signals.run(group(services + [certificate, kept, policies, source, webhook], logger: logger))
        // Those first that answer on the others.
        for loops in [judgingLoops, eventLoops, probeLoops, clusterLoops] { try await loops.shutdownGracefully() }
    }

    /// Manifests where there are some, else the cluster if there is one to ask.
    private func stateSource(
        _ policies: PolicySource,
        _ metrics: AdmissionMetrics,
        _ eventLoops: any EventLoopGroup,
        logger: Logger
    ) throws(CommandFailure) -> any StateSource {
        guard state.paths.isEmpty else { return ManifestsState(paths: state.paths, policies: policies, logger: logger) }
        guard let connection = ClusterConnection(cluster) else { return OwnState(policies: policies, logger: logger) }
        return try WatchedState(
            connection,
            options: cluster,
            claims: claims,
            policies: policies,
            eventLoops: eventLoops,
            maximumInFlight: limits.maxInFlight,
            metrics: metrics,
            logger: logger
        )
    }

    /// Shows what the parts of the server know of themselves.
    private func observe(
        _ metrics: AdmissionMetrics,
        _ certificate: ServingCertificate,
        _ policies: PolicySource,
        _ source: any StateSource
    ) {
        metrics.observeReloads(policies.record)
        metrics.observeReloads(certificate.pairRecord)
        metrics.observeReloads(certificate.trustRecord)
        metrics.observeServingCertificate { certificate.context.value.pair.notAfter }
        metrics.observePolicy(policies.engine)
        let store = source.store
        metrics.observeState { store.figures }
        metrics.observeReservations {
            store.reservationCount
        } dropped: {
            store.droppedReservationCount
        }
        source.observe(metrics)
    }

    /// Lets the process have as many connections as it may, and says when that is fewer than the flags allow.
    private func raiseDescriptorLimit(_ logger: Logger) {
        guard let limit = DescriptorLimit.raise() else { return }
        let needed = limits.serverLimits.neededDescriptors
        guard limit < needed else { return }
        logger.warning(
            "fewer file descriptors than --max-connections may need",
            metadata: ["limit": "\(limit)", "needed": "\(needed)"]
        )
    }

    /// The server of the metrics and probes; none when there are to be no metrics.
    private func metricsService(
        _ endpoint: MetricsEndpoint,
        _ certificate: ServingCertificate,
        _ eventLoops: any EventLoopGroup,
        _ logger: Logger
    ) -> [any Service] {
        guard case .number(let port) = self.metrics.port else { return [] }
        let usesTLS = self.metrics.usesTLS
        let server = HTTPServer(
            configuration: .init(host: host?.text, port: port, limits: MetricsEndpoint.limits),
            group: eventLoops,
            security: usesTLS ? .tls { certificate.context.value } : .plaintext(.http1),
            service: endpoint,
            logger: logger
        )
        return [MetricsService(server: server, scheme: usesTLS ? "https" : "http", logger: logger)]
    }

    /// The services in one group, which stops them in the opposite order, each when the one before has stopped.
    private func group(_ services: [any Service], logger: Logger) -> ServiceGroup {
        // Signals are another's business; see StopSignals.
        var configuration = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [], logger: logger)
        // Twice the server's own deadline: something is stuck.
        configuration.maximumGracefulShutdownDuration = .seconds(2 * limits.drainSeconds + 5)
        return ServiceGroup(configuration: configuration)
    }
}
