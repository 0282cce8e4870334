package import Prometheus

/// What became of a mark.
package enum MarkCount: String, CaseIterable, Sendable {
    /// A review has left it.
    case noted
    /// It was written, and was not there before.
    case written
    /// There was no room for it.
    case dropped
}

/// What came of a request that was to write marks.
package enum MarkWriteResult: String, CaseIterable, Sendable {
    case written
    /// Somebody else was faster; it is done again at once.
    case conflict
    case forbidden
    /// The API server has no place for it (429).
    case throttled
    /// There is no room in any ConfigMap.
    case full
    case failed
}

/// What is counted of marks that reviews leave.
package struct MarkMetrics: Sendable {
    private static let prefix = AdmissionMetrics.prefix + "review_mark"
    private static let waiting = (name: prefix + "s_waiting", help: "Marks of reviews that are not written yet.")

    let marks: CounterMetrics<MarkCount>
    let writes: CounterMetrics<MarkWriteResult>
    private let registry: MetricsRegistry

    package init(_ registry: MetricsRegistry) {
        self.registry = registry
        marks = registry.counters(
            Self.prefix + "s_total",
            "Marks that admitted reviews leave for the audit, by what became of them.",
            label: "outcome",
            MarkCount.allCases
        )
        writes = registry.counters(
            Self.prefix + "_writes_total",
            "Writes of marks to the API server, by what came of them.",
            label: "result",
            MarkWriteResult.allCases
        )
        registry.declare(Self.waiting.name, .gauge, Self.waiting.help)
    }

    /// Shows how many marks wait.
    func observe(waiting: @escaping @Sendable () -> Int) {
        registry.collect(Self.waiting.name, .gauge, Self.waiting.help) { $0.add(waiting()) }
    }
}
