internal import AgentRuns
package import ClusterState
private import HTTPServer
package import OpenTelemetry
package import Policy
package import Prometheus
package import TLS

/// Every metric of the webhook, made once and kept: their names, what they mean, and where their figures come from.
///
/// A figure that grows is counted by whoever sees the event, through the counters here; one that somebody else keeps
/// anyway is asked for at each scrape, through an `observe…` call.
package final class AdmissionMetrics: Sendable {
    /// What every name begins with, but for those of the process.
    package static let prefix = "agentrun_admission_"

    /// Why a request was turned away though nothing is wrong with it.
    package enum ShedReason: String, Sendable, CaseIterable {
        case inFlight = "in_flight"
        case bodyBudget = "body_budget"
        case connections
        /// Too many bytes of large reviews wait to be judged.
        case judging
    }

    /// What the decision log counts.
    package struct DecisionLogCounters: Sendable {
        package let records: CounterMetric
        package let dropped: CounterMetric
        package let failures: CounterMetric
    }

    /// What becomes of spans.
    package struct SpanCounters: Sendable {
        package let exported: CounterMetric
        package let dropped: CounterMetrics<SpanDrop>
    }

    package let registry: MetricsRegistry
    package let reviews: ReviewMetrics
    package let transport: TransportMetrics
    package let claims: CounterMetrics<ClaimCount>
    package let decisionLog: DecisionLogCounters
    package let marks: MarkMetrics
    package let audit: AuditMetrics
    package let spans: SpanCounters
    package let events: EventMetrics
    package let policyReports: CounterMetrics<PolicyReportCount>

    /// - Parameters:
    ///   - registry: where they are registered.
    ///   - version: of the product.
    package init(registry: MetricsRegistry = MetricsRegistry(), version: String = ProductVersion.number) {
        self.registry = registry
        reviews = ReviewMetrics(registry)
        transport = TransportMetrics(registry)
        audit = AuditMetrics(registry)
        policyReports = registry.counters(
            Self.prefix + "policy_reports_total",
            "Reports of the audit in the cluster, by what became of them.",
            label: "outcome",
            PolicyReportCount.allCases
        )
        claims = registry.counters(
            Self.prefix + "claims_total",
            "Claims of branches between replicas, by what became of them.",
            label: "outcome",
            ClaimCount.allCases
        )
        marks = MarkMetrics(registry)
        decisionLog = DecisionLogCounters(
            records: registry.counter(
                Self.prefix + "decision_log_records_total",
                "Reviews written to the decision log."
            ),
            dropped: registry.counter(
                Self.prefix + "decision_log_dropped_total",
                "Reviews the decision log had no room for."
            ),
            failures: registry.counter(
                Self.prefix + "decision_log_failures_total",
                "Times that writing, opening or rotating the decision log failed."
            )
        )
        spans = SpanCounters(
            exported: registry.counter(Self.prefix + "spans_exported_total", "Spans that a collector has taken."),
            dropped: registry.counters(
                Self.prefix + "spans_dropped_total",
                "Spans that no collector has taken, by why.",
                label: "cause",
                SpanDrop.allCases
            )
        )
        events = EventMetrics(registry)
        declareObserved()
        registry.gauge(Self.prefix + "build_info", "1, labelled with the version.", LabelSet("version", version)).set(
            1.0
        )
        ProcessFigures.register(in: registry)
    }
}

// MARK: Figures that are asked for at each scrape

extension AdmissionMetrics {
    /// Name, kind and help of what the calls below fill in.
    private enum Observed {
        static let stateObjects = ("state_objects", MetricKind.gauge, "Objects in the cluster state.")
        static let stateAge = (
            "state_age_seconds", MetricKind.gauge, "Time since the source last agreed with the state."
        )
        static let stateSynced = ("state_synced", MetricKind.gauge, "1 when the kind has been read completely, else 0.")
        static let stateNeeded = (
            "state_needed", MetricKind.gauge, "1 when a rule of the policy in use asks for the kind, else 0."
        )
        static let stateRelists = ("state_relists_total", MetricKind.counter, "Complete readings of a kind.")
        static let stateEvents = ("state_watch_events_total", MetricKind.counter, "Changes a watch told of.")
        static let stateFailures = (
            "state_failures_total", MetricKind.counter, "Readings and watches of a kind that failed."
        )
        static let claimsHeld = ("claims_held", MetricKind.gauge, "Claims of branches this replica knows to be held.")
        static let replicas = ("replicas", MetricKind.gauge, "Replicas that tell of themselves, this one included.")
        static let replicasOfOthers = (
            "replicas_with_another_policy", MetricKind.gauge,
            "Of them, those that judge by another policy than this one."
        )
        static let clockSkew = (
            "clock_skew_seconds", MetricKind.gauge,
            "How far this clock is ahead of the API server's; negative behind it."
        )
        static let reloads = ("reloads_total", MetricKind.counter, "Readings of changed files, by what became of them.")
        static let reloadFailed = (
            "reload_failed", MetricKind.gauge, "1 while the files in place are not what is in use, else 0."
        )
        static let expiry = (
            "certificate_expiry_seconds", MetricKind.gauge, "Time until a certificate expires; negative afterwards."
        )

        static let reservations = (
            "reservations", MetricKind.gauge, "Admissions that are remembered beside the cluster state."
        )
        static let reservationsDropped = (
            "reservations_dropped_total", MetricKind.counter, "Admissions that were forgotten for want of room."
        )
        static let policyInfo = (
            "policy_info", MetricKind.gauge, "1, labelled with the policy in use: SHA-256 of its file, and generation."
        )

        static let exempted = (
            "exempted_findings_total", MetricKind.counter, "Findings that an exemption of the policy in use covers."
        )

        static let all = [
            stateObjects, stateAge, stateSynced, stateNeeded, stateRelists, stateEvents, stateFailures, claimsHeld,
            replicas, replicasOfOthers, clockSkew, reloads, reloadFailed, expiry, policyInfo, reservations,
            reservationsDropped, exempted,
        ]
    }

    private func declareObserved() {
        for (name, kind, help) in Observed.all { registry.declare(Self.prefix + name, kind, help) }
    }

    private func observe(
        _ metric: (name: String, kind: MetricKind, help: String),
        _ body: @escaping @Sendable (inout MetricSamples) -> Void
    ) {
        registry.collect(Self.prefix + metric.name, metric.kind, metric.help, body)
    }

    /// Shows the cluster state.
    ///
    /// - Parameter figures: what is known of each kind now; what is unknown is left out.
    package func observeState(_ figures: @escaping @Sendable () -> [StateFigures]) {
        // Asked for once a scrape, so that the three are of one moment.
        func named(
            _ metric: (name: String, kind: MetricKind, help: String)
        ) -> (name: String, kind: MetricKind, help: String) {
            (Self.prefix + metric.name, metric.kind, metric.help)
        }
        registry.collect(
            together: [named(Observed.stateObjects), named(Observed.stateAge), named(Observed.stateSynced)]
        ) { samples in
            for kind in figures() {
                let labels = LabelSet("kind", kind.kind.rawValue)
                samples[0].add(kind.objects, labels)
                if let age = kind.ageSeconds { samples[1].add(age, labels) }
                samples[2].add(kind.isSynced ? 1 : 0, labels)
            }
        }
    }

    /// Shows what this process remembers of what it admitted.
    package func observeReservations(
        held: @escaping @Sendable () -> Int,
        dropped: @escaping @Sendable () -> Int
    ) {
        observe(Observed.reservations) { $0.add(held()) }
        observe(Observed.reservationsDropped) { $0.add(dropped()) }
    }

    /// Shows what the lists and watches of the cluster state did.
    package func observeFeed(_ feed: @escaping @Sendable () -> [(source: ClusterSource, figures: FeedFigures)]) {
        func observeSum(
            _ metric: (name: String, kind: MetricKind, help: String),
            _ value: @escaping @Sendable (FeedFigures) -> Int
        ) {
            observe(metric) { samples in
                var sums: [ClusterKind: Int] = [:]
                for (source, figures) in feed() { sums[source.kind, default: 0] += value(figures) }
                for kind in ClusterKind.allCases {
                    if let sum = sums[kind] { samples.add(sum, LabelSet("kind", kind.rawValue)) }
                }
            }
        }
        observeSum(Observed.stateRelists) { $0.lists }
        observeSum(Observed.stateEvents) { $0.events }
        observeSum(Observed.stateFailures) { $0.failures }
    }

    /// Shows how many claims are held.
    package func observeClaims(held: @escaping @Sendable () -> Int) {
        observe(Observed.claimsHeld) { $0.add(held()) }
    }

    /// Shows how many replicas there are, and how many judge by another policy; nothing while they are not known.
    package func observeReplicas(_ standing: @escaping @Sendable () -> ReplicaStanding) {
        observe(Observed.replicas) { samples in
            let standing = standing()
            if standing.isKnown { samples.add(standing.live.count) }
        }
        observe(Observed.replicasOfOthers) { samples in
            let standing = standing()
            if standing.isKnown { samples.add(standing.otherCount) }
        }
    }

    /// Shows how far the clock is ahead of the API server's; what is unknown is left out.
    package func observeClock(secondsAhead: @escaping @Sendable () -> Double?) {
        observe(Observed.clockSkew) { samples in
            if let seconds = secondsAhead() { samples.add(seconds) }
        }
    }

    /// Shows which policy is in use, so that replicas can be compared, which kinds it needs, and what its exemptions cover.
    package func observePolicy(_ engine: Current<PolicyEngine>) {
        observe(Observed.stateNeeded) { samples in
            let policy = engine.value.policy
            for kind in ClusterKind.allCases {
                samples.add(policy.needs(kind) ? 1 : 0, LabelSet("kind", kind.rawValue))
            }
        }
        observe(Observed.policyInfo) { samples in
            let policy = engine.value.policy
            samples.add(1, LabelSet([("sha256", policy.digest), ("generation", policy.generation.rawValue)]))
        }
        observe(Observed.exempted) { [reviews] samples in
            for (name, count) in reviews.exempted.values(of: engine.value.policy.exemptionNames) {
                samples.add(count, LabelSet("exemption", name))
            }
        }
    }

    /// Shows how the reloading of files went.
    package func observeReloads(_ record: ReloadRecord) {
        let succeeded = LabelSet([("what", record.name), ("outcome", "succeeded")])
        let failed = LabelSet([("what", record.name), ("outcome", "failed")])
        observe(Observed.reloads) { samples in
            samples.add(record.successCount, succeeded)
            samples.add(record.failureCount, failed)
        }
        let what = LabelSet("what", record.name)
        observe(Observed.reloadFailed) { $0.add(record.failure == nil ? 0 : 1, what) }
    }

    /// Shows when the serving certificate expires.
    package func observeServingCertificate(expiresAt: @escaping @Sendable () -> UnixTime) {
        observeCertificate("serving", expiresAt: expiresAt)
    }

    /// Shows when the authorities expire that replicas keep for themselves; one that is not there is left out.
    package func observeAuthorities(
        expiresAt: @escaping @Sendable () -> UnixTime?,
        nextExpiresAt: @escaping @Sendable () -> UnixTime?
    ) {
        observeCertificate("authority", expiresAt: expiresAt)
        observeCertificate("next-authority", expiresAt: nextExpiresAt)
    }

    private func observeCertificate(_ what: String, expiresAt: @escaping @Sendable () -> UnixTime?) {
        let labels = LabelSet("what", what)
        observe(Observed.expiry) { samples in
            guard let end = expiresAt() else { return }
            samples.add(Int(end.secondsSinceEpoch - UnixTime.now().secondsSinceEpoch), labels)
        }
    }
}
