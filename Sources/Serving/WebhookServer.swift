package import AdmissionServer
internal import ClusterState
internal import HTTPServer
package import Logging
package import NIOCore
package import Offline
private import Policy
package import ServiceLifecycle
private import TLS

/// The server: all of its parts, made from settings, and how they are started and stopped.
///
/// Made once and run once.
package struct WebhookServer: Sendable {
    private let settings: ServerSettings
    private let metrics: AdmissionMetrics
    private let logger: Logger
    private let threads: ServerThreads
    private let policies: PolicySource
    private let certificate: ServingCertificate
    private let kept: SelfManagedCertificate
    private let source: any StateSource
    private let marks: MarksService?
    private let decisions: DecisionLogService?
    private let spans: SpanService?
    private let webhook: WebhookService
    private let scrapes: MetricsService?
    private let status: StatusService?

    /// Reads files and makes all parts; nothing listens and nobody is asked before the ``group()`` runs.
    ///
    /// - Parameters:
    ///   - settings: what it is to be like.
    ///   - metrics: what it counts in.
    ///   - delay: what a drain waits for while new connections are still served.
    ///   - logger: for what an operator has to know.
    ///   - onListening: told where reviews are taken, once they are.
    /// - Throws: `CommandFailure` with what is wrong with a file or an access.
    package init(
        _ settings: ServerSettings,
        metrics: AdmissionMetrics = AdmissionMetrics(),
        delay: DrainDelay = DrainDelay(),
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
    ) throws(CommandFailure) {
        (self.settings, self.metrics, self.logger) = (settings, metrics, logger)
        policies = try PolicySource(settings.policy, logger: logger)
        certificate = try ServingCertificate(
            files: settings.tls,
            isSelfManaged: settings.selfManaged != nil,
            logger: logger
        )
        threads = ServerThreads(answering: settings.threads)
        do throws(CommandFailure) {
            kept = try SelfManagedCertificate(
                settings.selfManaged,
                serving: certificate,
                eventLoop: threads.cluster.next(),
                logger: logger
            )
            source = try settings.stateSource(
                policies,
                metrics,
                threads.cluster,
                auditing: threads.auditing,
                logger: logger
            )
            decisions = try settings.decisionLog.map { log throws(CommandFailure) in
                try DecisionLogService(log, metrics, logger: logger)
            }
            spans = try settings.spans.map { spans throws(CommandFailure) in
                try SpanService(spans, metrics, logger: logger)
            }
        } catch {
            threads.abandon()
            throw error
        }
        marks = source.marks.map { MarksService(marks: $0, logger: logger) }
        let (stopping, listening) = (Stopping(), Listening())
        let readinessChecks =
            [stopping.readiness] + certificate.readinessChecks
            + kept.readinessChecks + [policies.readiness] + source.readinessChecks
        let shown = settings.status.map { (settings: $0, denials: RecentDenials()) }
        let reviews = ReviewHandler(
            engine: policies.engine,
            state: source.store,
            claimer: source.claimer,
            now: Clocks.wall,
            inFlight: ReviewsInFlight(maximum: settings.limits.maximumInFlight),
            metrics: metrics,
            log: ReviewLog(logger: logger, slowReview: settings.slowReview),
            decisions: decisions?.log,
            denials: shown?.denials,
            marks: source.marks,
            spans: spans?.spans,
            events: source.events
        )
        let service = AdmissionService(
            reviews: reviews,
            lanes: ReviewLanes(reviews, on: threads.judging),
            readinessChecks: readinessChecks,
            version: ProductVersion()
        )
        webhook = WebhookService(
            server: HTTPServer(
                configuration: .init(host: settings.host, port: settings.port, limits: settings.limits.server),
                group: threads.answering,
                security: .tls { [certificate] in certificate.context.value },
                service: service,
                observer: metrics.transport,
                logger: logger
            ),
            source: source,
            drain: WebhookService.Drain(
                delay: .seconds(settings.limits.drainDelaySeconds),
                timeout: .seconds(settings.limits.drainSeconds),
                wait: delay,
                stopping: stopping
            ),
            listening: listening,
            http2: settings.http2Choice,
            logger: logger,
            onListening: onListening
        )
        let probed = MetricsEndpoint(
            registry: metrics.registry,
            readinessChecks: [listening.readiness] + readinessChecks
        )
        scrapes = settings.metrics.map { [certificate, threads] in
            MetricsService(probed, $0, host: settings.host, certificate, threads.probes, logger)
        }
        status = shown.map { [certificate, kept, source, policies, threads] shown in
            let source = StatusSource(
                metrics: metrics,
                engine: policies.engine,
                origin: policies.origin,
                source: source,
                certificates: {
                    [(name: "serving", endsAt: certificate.context.value.pair.notAfter)] + kept.authorityEnds
                },
                checks: [listening.readiness] + readinessChecks,
                denials: shown.denials
            )
            return StatusService(shown.settings, threads.probes, logger) { source.document(on: $0) }
        }
        observe()
    }

    /// The parts that run, in the order in which they start; they stop in the opposite one.
    package var services: [any Service] {
        let watchers: [(any Service)?] = [HeapTrimming(), scrapes, status, decisions, spans]
        let parts: [(any Service)?] = [
            certificate, kept, policies, source, marks, source.audit, source.policyReports, webhook,
        ]
        return (watchers + parts).compactMap(\.self)
    }

    /// The services in one group, which stops each when the one that was started after it has stopped.
    package func group() -> ServiceGroup {
        // Signals are another's business; see StopSignals.
        var configuration = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [], logger: logger)
        // Twice the server's own deadline: something is stuck.
        configuration.maximumGracefulShutdownDuration = .seconds(2 * settings.limits.drainSeconds + 5)
        return ServiceGroup(configuration: configuration)
    }

    /// Ends its threads, once the ``group()`` has ended.
    package func end() async throws { try await threads.end() }

    /// Reads certificate and policy again, though their files look unchanged.
    package func readAgain() {
        policies.readAgain()
        certificate.readAgain()
    }

    /// Of the policy in force.
    var policyDigest: String { policies.engine.value.policy.digest }

    /// Shows what the parts know of themselves.
    private func observe() {
        metrics.observeReloads(policies.record)
        metrics.observeReloads(certificate.pairRecord)
        metrics.observeReloads(certificate.trustRecord)
        metrics.observeServingCertificate { [certificate] in certificate.context.value.pair.notAfter }
        metrics.observePolicy(policies.engine)
        let store = source.store
        metrics.observeState { store.figures }
        metrics.observeReservations {
            store.reservationCount
        } dropped: {
            store.droppedReservationCount
        }
        source.observe(metrics)
        kept.observe(in: metrics)
    }
}
