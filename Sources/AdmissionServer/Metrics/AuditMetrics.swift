internal import AgentRuns
package import ClusterState
internal import Policy
package import Prometheus

/// What became of a round of the audit.
package enum AuditOutcome: String, CaseIterable, Sendable {
    case completed
    /// Another replica audits now, or the process stops.
    case abandoned
}

/// What an audit cannot do without, and sometimes has to.
package enum AuditNeed: String, CaseIterable, Sendable {
    /// The election of the replica that audits.
    case lease
    /// Which runs were reviewed.
    case marks
}

/// What is counted of the audit of a server; what the last round found is shown by the replica that audits alone.
package struct AuditMetrics: Sendable {
    private static let prefix = AdmissionMetrics.prefix + "audit_"

    /// What is asked for at each scrape: name, kind and help.
    private static let shown: [(name: String, kind: MetricKind, help: String)] = [
        (prefix + "elected", .gauge, "1 when this replica audits, else 0."),
        (prefix + "kept_objects", .gauge, "Objects kept to be audited."),
        (prefix + "kept_bytes", .gauge, "What they take, packed."),
        (prefix + "last_round_timestamp_seconds", .gauge, "When the last round of the audit ended, since 1970."),
        (prefix + "last_round_duration_seconds", .gauge, "How long it took, pauses included."),
        (prefix + "last_round_cpu_seconds", .gauge, "CPU time it took."),
        (prefix + "objects", .gauge, "Objects of the last round, by what became of them."),
        (prefix + "findings", .gauge, "Findings of the last round."),
        (
            prefix + "unreviewed_runs", .gauge,
            "Active runs nobody reviewed as they are; whether reviews were remembered."
        ),
    ]

    package let rounds: CounterMetrics<AuditOutcome>
    package let failures: CounterMetrics<AuditNeed>
    private let registry: MetricsRegistry

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        rounds = registry.counters(
            Self.prefix + "rounds_total",
            "Rounds of the audit that this replica began, by what became of them.",
            label: "outcome",
            AuditOutcome.allCases
        )
        failures = registry.counters(
            Self.prefix + "failures_total",
            "Requests for what an audit needs that came to nothing.",
            label: "what",
            AuditNeed.allCases
        )
        for (name, kind, help) in Self.shown { registry.declare(name, kind, help) }
    }

    /// Shows what the audit does.
    ///
    /// - Parameters:
    ///   - rounds: the last one.
    ///   - objects: what is kept.
    ///   - isElected: whether this replica audits.
    package func observe(
        _ rounds: AuditRounds,
        _ objects: AuditedObjects,
        isElected: @escaping @Sendable () -> Bool
    ) {
        // Asked for once a scrape, so that all are of one moment.
        registry.collect(together: Self.shown) { samples in
            let isElected = isElected()
            let kept = objects.figures
            samples[0].add(isElected ? 1 : 0)
            samples[1].add(kept.objects)
            samples[2].add(kept.bytes)
            // What another replica has found since is newer.
            guard isElected, let round = rounds.last.value else { return }
            samples[3].add(Int(round.endedAt.seconds))
            samples[4].add(round.durationSeconds)
            samples[5].add(round.processorSeconds)
            for (outcome, count) in round.objectCounts { samples[6].add(count, LabelSet("outcome", outcome)) }
            for (complaint, count) in round.findings.sorted(by: { $0.key < $1.key }) {
                let labels = LabelSet([("rule", complaint.rule.rawValue), ("action", complaint.action.rawValue)])
                samples[7].add(count, labels)
            }
            for isEarlier in [false, true] {
                guard let count = round.unreviewedCount(isEarlier: isEarlier) else { continue }
                samples[8].add(count, LabelSet("remembered", isEarlier ? "false" : "true"))
            }
        }
    }
}

extension AuditRound {
    /// Objects by what became of them.
    package var objectCounts: [(outcome: String, count: Int)] {
        [("judged", judged), ("over", over)] + NotJudged.allCases.map { ($0.rawValue, notJudged[$0, default: 0]) }
    }
}
