private import AdmissionServer
internal import ArgumentParser
private import ClusterState
internal import HTTPServer
internal import Logging
private import NIOCore
private import NIOPosix
private import Policy
private import ServiceLifecycle
private import TLS
private import UnixSignals

/// `serve`: the webhook.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer AdmissionReviews over HTTPS.",
        discussion: """
            Without any option it listens on 0.0.0.0:8443 with a certificate it makes for itself, judges by the built-in \
            policy, and knows of the cluster what it has admitted itself; in a pod it lists and watches the cluster with the \
            pod's service account.

            EXAMPLES
              agentrun-admission serve
              agentrun-admission serve --kubeconfig ~/.kube/config --policy policy.yaml
              agentrun-admission serve --tls-cert tls.crt --tls-key tls.key --policy policy.yaml --state manifests/

            EXIT CODES
              0  stopped by SIGTERM or SIGINT
              1  it stopped for another reason
              2  it cannot start as it was told to
            """
    )

    @Option(help: "Address to listen on.")
    var host = "0.0.0.0"

    @Option(help: "Port to listen on; 0 lets the system choose, and the log tells.")
    var port = 8443

    @OptionGroup(title: "TLS") var tls: TLSOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    @Option(help: "Threads that answer; without it one a core.")
    var threads: Int?

    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Option(name: .customLong("log-level"), help: "Least level that is logged.")
    var logLevel = LogLevel.info

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads must be at least 1") }
        guard state.paths.isEmpty || cluster.kubeconfig == nil else {
            throw ValidationError("--state and --kubeconfig are two sources of one cluster state: give one of them")
        }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "agentrun-admission")
        logger.logLevel = logLevel.level
        let policies = try PolicySource(options: policy, logger: logger)
        let certificate = try ServingCertificate(files: tls.files(), logger: logger)
        // One thread talks to the API server, so that no review waits for a list.
        let clusterLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let source = try stateSource(policies, eventLoop: clusterLoops.next(), logger: logger)
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: threads ?? System.coreCount)
        let service = AdmissionService(
            reviews: ReviewHandler(
                engine: policies.engine,
                state: source.store,
                now: Clocks.wall,
                metrics: AdmissionMetrics(),
                log: ReviewLog(logger: logger)
            ),
            readinessChecks: certificate.readinessChecks + [.reload(policies.record)] + source.readinessChecks,
            version: ProductVersion()
        )
        let server = HTTPServer(
            configuration: .init(host: host, port: port, limits: limits.serverLimits),
            group: eventLoops,
            security: .tls { certificate.context.value },
            service: service,
            logger: logger
        )
        let webhook = WebhookService(server: server, source: source, drainTimeout: limits.drainTimeout, logger: logger)
        try await run([certificate, policies, source, webhook], logger: logger)
        try await eventLoops.shutdownGracefully()
        try await clusterLoops.shutdownGracefully()
    }

    /// Manifests where there are some, else the cluster if there is one to ask.
    private func stateSource(
        _ policies: PolicySource,
        eventLoop: any EventLoop,
        logger: Logger
    ) throws(CommandFailure) -> any StateSource {
        guard state.paths.isEmpty else { return ManifestsState(paths: state.paths, policies: policies, logger: logger) }
        guard let connection = ClusterConnection(cluster) else { return OwnState(policies: policies) }
        return try WatchedState(
            connection,
            options: cluster,
            policies: policies,
            eventLoop: eventLoop,
            logger: logger
        )
    }

    /// Runs the services until a signal ends them, the last one first.
    private func run(_ services: [any Service], logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // Twice the server's own deadline: something is stuck.
        configuration.maximumGracefulShutdownDuration = .seconds(2 * limits.drainSeconds + 5)
        try await ServiceGroup(configuration: configuration).run()
    }
}
