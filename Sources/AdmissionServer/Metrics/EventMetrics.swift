internal import Prometheus

/// What is counted of Events.
package struct EventMetrics: Sendable {
    private let created: CounterMetrics<EventReason>
    private let updated: CounterMetric
    private let dropped: CounterMetrics<EventDrop>
    private let failures: CounterMetric

    init(_ registry: MetricsRegistry) {
        created = registry.counters(
            AdmissionMetrics.prefix + "events_created_total",
            "Events written, by what they tell.",
            label: "reason",
            EventReason.allCases
        )
        updated = registry.counter(
            AdmissionMetrics.prefix + "events_updated_total",
            "Times that the count of a repeated event was brought up to date."
        )
        dropped = registry.counters(
            AdmissionMetrics.prefix + "events_dropped_total",
            "Events that were not written, by why.",
            label: "cause",
            EventDrop.allCases
        )
        failures = registry.counter(
            AdmissionMetrics.prefix + "events_failures_total",
            "Requests to write an event that failed; some are made again."
        )
    }

    func add(_ counts: EventSeries.Counts) {
        for (reason, count) in counts.created { created[reason]?.increment(by: Int64(count)) }
        for (cause, count) in counts.dropped { dropped[cause]?.increment(by: Int64(count)) }
        updated.increment(by: Int64(counts.updated))
        failures.increment(by: Int64(counts.failures))
    }
}
