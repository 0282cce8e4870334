/// Counters of one metric in a row, for labels whose values are known beforehand: whoever counts works out the index.
package final class CounterRow: Sendable {
    /// One counter.
    package struct Series: Sendable {
        var labels: LabelSet
        var isAlwaysShown: Bool

        /// - Parameters:
        ///   - labels: its own.
        ///   - isAlwaysShown: shows it as 0 before it has counted anything, so that a rate of its first event can be told; for
        ///     those that are to be expected.
        package init(_ labels: LabelSet, isAlwaysShown: Bool) {
            self.labels = labels
            self.isAlwaysShown = isAlwaysShown
        }
    }

    private let series: [Series]
    private let counts: AtomicCounts

    init(_ series: [Series]) {
        self.series = series
        counts = AtomicCounts(count: series.count)
    }

    /// Counts `count` events of the series at `index`, in the order they were given.
    package func increment(at index: Int, by count: Int = 1) {
        counts.add(count, at: index)
    }

    /// Events of the series at `index` so far.
    package func count(at index: Int) -> Int { counts[index] }

    func collect(_ samples: inout MetricSamples) {
        for (index, series) in series.enumerated() {
            let count = counts[index]
            if count > 0 || series.isAlwaysShown { samples.add(count, series.labels) }
        }
    }
}

extension MetricsRegistry {
    /// Registers a row of counters under one name.
    package func counters(_ name: String, _ help: String, _ series: [CounterRow.Series]) -> CounterRow {
        let row = CounterRow(series)
        collect(name, .counter, help) { row.collect(&$0) }
        return row
    }

    /// Registers one counter for each of `values` under one name.
    package func counters<Value: Hashable & Sendable & RawRepresentable<String>>(
        _ name: String,
        _ help: String,
        label: String,
        _ values: [Value]
    ) -> CounterMetrics<Value> {
        CounterMetrics(values) { counter(name, help, LabelSet(label, $0.rawValue)) }
    }
}
