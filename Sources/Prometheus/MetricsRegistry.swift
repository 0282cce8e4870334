private import Synchronization

/// All metrics of a process, each registered once, and their text.
///
/// Whoever counts keeps the object it was given here; the lock is only for registering and for a scrape.
package final class MetricsRegistry: Sendable {
    private enum Series: Sendable {
        case counter(LabelSet, CounterMetric)
        case gauge(LabelSet, GaugeMetric)
        case histogram(LabelSet, HistogramMetric)
        /// Asked at each scrape.
        case collector(@Sendable (inout MetricSamples) -> Void)
        /// One of several that are asked for together, by its place among them.
        case part(Int, Together)

        /// Nil for what is asked for, which has any.
        var labels: LabelSet? {
            switch self {
            case .counter(let labels, _), .gauge(let labels, _), .histogram(let labels, _): labels
            case .collector, .part: nil
            }
        }
    }

    /// Metrics that one reading fills; its identity is theirs.
    private final class Together: Sendable {
        let count: Int
        let body: @Sendable (inout [MetricSamples]) -> Void

        init(_ count: Int, _ body: @escaping @Sendable (inout [MetricSamples]) -> Void) {
            (self.count, self.body) = (count, body)
        }

        var samples: [MetricSamples] {
            var samples = [MetricSamples](repeating: MetricSamples(), count: count)
            body(&samples)
            return samples
        }
    }

    private struct Family: Sendable {
        var name: String
        var kind: MetricKind
        var help: String
        var series: [Series] = []
    }

    private struct State: Sendable {
        var families: [Family] = []
        var indices: [String: Int] = [:]

        /// The index of a family, made when it is new.
        mutating func family(_ name: String, _ kind: MetricKind, _ help: String) -> Int {
            if let index = indices[name] { return index }
            precondition(MetricName.isValid(name), "\(name) is no name of a metric")
            indices[name] = families.count
            families.append(Family(name: name, kind: kind, help: help))
            return families.count - 1
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// The names of all metrics, as `# TYPE` has them, in the order they are shown.
    package var names: [String] { state.withLock { $0.families.map(\.name) } }

    // MARK: Registering

    /// The counter of that name and those labels, made when it is asked for the first time.
    package func counter(_ name: String, _ help: String, _ labels: LabelSet = .none) -> CounterMetric {
        take(name, .counter, help, labels) {
            .counter(labels, CounterMetric())
        } as: { series in
            if case .counter(_, let metric) = series { metric } else { nil }
        }
    }

    /// The gauge of that name and those labels, made when it is asked for the first time.
    package func gauge(_ name: String, _ help: String, _ labels: LabelSet = .none) -> GaugeMetric {
        take(name, .gauge, help, labels) {
            .gauge(labels, GaugeMetric())
        } as: { series in
            if case .gauge(_, let metric) = series { metric } else { nil }
        }
    }

    /// The histogram of durations of that name and those labels, made when it is asked for the first time.
    ///
    /// `bounds` are the upper bounds of the buckets in nanoseconds, in ascending order; they are shown in seconds.
    package func durations(
        _ name: String,
        _ help: String,
        _ labels: LabelSet = .none,
        bounds: [Int64]
    ) -> HistogramMetric {
        histogram(name, help, labels, bounds: bounds, scale: 1e9)
    }

    func histogram(
        _ name: String,
        _ help: String,
        _ labels: LabelSet,
        bounds: [Int64],
        scale: Double
    ) -> HistogramMetric {
        take(name, .histogram, help, labels) {
            .histogram(labels, HistogramMetric(bounds: bounds, scale: scale))
        } as: { series in
            if case .histogram(_, let metric) = series { metric } else { nil }
        }
    }

    /// A metric whose samples are asked for at each scrape, for what somebody else already knows.
    ///
    /// Several may fill one metric, with different labels. `body` is called on an event loop, and may not block it.
    package func collect(
        _ name: String,
        _ kind: MetricKind,
        _ help: String,
        _ body: @escaping @Sendable (inout MetricSamples) -> Void
    ) {
        precondition(kind != .histogram, "a histogram is no number: use durations()")
        state.withLock { state in
            let index = state.family(name, kind, help)
            precondition(state.families[index].kind == kind, "\(name) is registered as another kind of metric")
            state.families[index].series.append(.collector(body))
        }
    }

    /// Metrics whose samples are asked for together, once a scrape: what they show is of one moment.
    ///
    /// `body` gets the samples of each in the order of `metrics`; else as ``collect(_:_:_:_:)``.
    package func collect(
        together metrics: [(name: String, kind: MetricKind, help: String)],
        _ body: @escaping @Sendable (inout [MetricSamples]) -> Void
    ) {
        precondition(metrics.allSatisfy { $0.kind != .histogram }, "a histogram is no number: use durations()")
        let together = Together(metrics.count, body)
        state.withLock { state in
            for (place, metric) in metrics.enumerated() {
                let index = state.family(metric.name, metric.kind, metric.help)
                precondition(state.families[index].kind == metric.kind, "\(metric.name) is another kind of metric")
                state.families[index].series.append(.part(place, together))
            }
        }
    }

    /// Says what a metric is of which there is nothing to show yet, so that its name is known from the start.
    package func declare(_ name: String, _ kind: MetricKind, _ help: String) {
        state.withLock { _ = $0.family(name, kind, help) }
    }

    /// The metric of a name and labels; to ask for it as something else than it was registered as is a mistake of ours.
    private func take<Metric: Sendable>(
        _ name: String,
        _ kind: MetricKind,
        _ help: String,
        _ labels: LabelSet,
        make: () -> Series,
        as metric: (Series) -> Metric?
    ) -> Metric {
        state.withLock { state in
            let index = state.family(name, kind, help)
            let series: Series
            if let known = state.families[index].series.first(where: { $0.labels == labels }) {
                series = known
            } else {
                series = make()
                state.families[index].series.append(series)
            }
            guard state.families[index].kind == kind, let metric = metric(series) else {
                preconditionFailure("\(name) is registered as another kind of metric")
            }
            return metric
        }
    }

    /// What a name is registered as, and how many series it has.
    func registration(of name: String) -> (kind: MetricKind, seriesCount: Int)? {
        state.withLock { state in
            state.indices[name].map { (state.families[$0].kind, state.families[$0].series.count) }
        }
    }

    // MARK: Showing

    /// Everything, in a format.
    package func text(as format: ExpositionFormat = .text) -> [UInt8] {
        // What is asked at a scrape may take locks of its own, so none is held meanwhile.
        let families = state.withLock { $0.families }
        var text = MetricsText(format)
        var read: [ObjectIdentifier: [MetricSamples]] = [:]
        let names = Set(families.map(\.name))
        for family in families {
            text.begin(family.name, family.kind, family.help, among: names)
            for series in family.series { Self.write(series, of: family.name, family.kind, &read, to: &text) }
        }
        text.end()
        return text.bytes
    }

    /// `read` holds what this scrape has asked for already.
    private static func write(
        _ series: Series,
        of name: String,
        _ kind: MetricKind,
        _ read: inout [ObjectIdentifier: [MetricSamples]],
        to text: inout MetricsText
    ) {
        switch series {
        case .counter(let labels, let metric):
            text.sample(name, kind, labels, String(metric.value))
        case .gauge(let labels, let metric):
            text.sample(name, kind, labels, MetricsText.number(metric.value))
        case .histogram(let labels, let metric):
            text.histogram(name, labels, metric)
        case .collector(let body):
            var samples = MetricSamples()
            body(&samples)
            write(samples, of: name, kind, to: &text)
        case .part(let place, let together):
            let samples = read[ObjectIdentifier(together)] ?? together.samples
            read[ObjectIdentifier(together)] = samples
            write(samples[place], of: name, kind, to: &text)
        }
    }

    private static func write(
        _ samples: MetricSamples,
        of name: String,
        _ kind: MetricKind,
        to text: inout MetricsText
    ) {
        for sample in samples.all { text.sample(name, kind, sample.labels, MetricsText.number(sample.value)) }
    }
}
