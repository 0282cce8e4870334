internal import AdmissionServer
private import AgentRuns
internal import KubernetesClient
internal import Logging
internal import Offline
internal import Prometheus
internal import ServiceLifecycle

/// Writes what the audit finds into reports of the cluster, until the server stops.
struct PolicyReportService: Service {
    private let writer: PolicyReportWriter

    /// Makes what does nothing before it runs.
    ///
    /// - Parameters:
    ///   - api: the kind of reports.
    ///   - audit: whose rounds are reported, as long as this replica is elected.
    ///   - client: that of the audit, which ends after this.
    ///   - counters: counts.
    ///   - logger: for what an operator has to know.
    init(
        _ api: PolicyReportAPI,
        of audit: AuditService,
        client: APIClient,
        counters: CounterMetrics<PolicyReportCount>,
        logger: Logger
    ) {
        let writer = PolicyReportWriter(
            client: client,
            api: api,
            counters: counters,
            isEntitled: { [elector = audit.elector] in elector.isElected },
            now: { Clocks.wall().seconds },
            onEvent: { logger.log($0) }
        )
        audit.rounds.followers.add { writer.publish($0.policyReports) }
        self.writer = writer
    }

    func run() async throws {
        // What is not written by then the next replica that audits writes.
        await cancelWhenGracefulShutdown { await writer.run() }
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }
}

extension Logger {
    /// Says what an operator has to know of reports.
    func log(_ event: PolicyReportWriter.Event) {
        switch event {
        case .missing(let api):
            warning(
                "there are no policy reports in this cluster, so none are written",
                metadata: [
                    "reason":
                        """
                    the API server has no \(api.resource).\(api.rawValue): install their CustomResourceDefinition, or serve \
                    --reports none
                    """
                ]
            )
        case .failed(let reason): error("policy reports are not written", metadata: ["reason": "\(reason)"])
        case .recovered: notice("policy reports are written again")
        }
    }
}
