package import CoreMetrics
private import Synchronization

/// swift-metrics' way into a ``MetricsRegistry``: whatever library counts through that interface is scraped with the rest.
///
/// A library is no part of this package and may name metrics and labels as it likes: names are made to fit, and series that
/// are too many, or clash with one that is there, are counted into nothing rather than shown or trapped on.
package struct RegistryMetricsFactory: MetricsFactory, Sendable {
    /// What one name may have: a label that takes any value would otherwise grow the process and the scrape without end.
    static let maximumSeries = 100

    /// Different names of libraries, with a hundred series each at most 3 MB of text.
    static let maximumNames = 200

    /// Of durations whose scale is unknown: 100 µs to 10 s.
    private static let durationBounds: [Int64] = [
        100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    ]

    /// Of numbers whose scale is unknown, in thousandths: 0.001 to 1,000,000.
    private static let numberBounds: [Int64] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 1_000_000_000]

    private let registry: MetricsRegistry
    private let names: Names

    private final class Names: Sendable {
        let all = Mutex<Set<String>>([])
    }

    package init(registry: MetricsRegistry) {
        self.registry = registry
        names = Names()
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let name = name(label, suffix: "_total")
        guard admits(name, .counter) else { return CounterMetric() }
        return registry.counter(name, Self.help(label), Self.labels(dimensions))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        let name = name(label, suffix: "")
        guard admits(name, .gauge) else { return GaugeMetric() }
        return registry.gauge(name, Self.help(label), Self.labels(dimensions))
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, "_seconds", dimensions, bounds: Self.durationBounds, scale: 1e9)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard !aggregate else { return histogram(label, "", dimensions, bounds: Self.numberBounds, scale: 1e3) }
        let name = name(label, suffix: "")
        guard admits(name, .gauge) else { return LastValue(GaugeMetric()) }
        return LastValue(registry.gauge(name, Self.help(label), Self.labels(dimensions)))
    }

    // A series stays: a counter that vanishes looks like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func histogram(
        _ label: String,
        _ suffix: String,
        _ dimensions: [(String, String)],
        bounds: [Int64],
        scale: Double
    ) -> HistogramMetric {
        let name = name(label, suffix: suffix)
        guard admits(name, .histogram) else { return HistogramMetric(bounds: bounds, scale: scale) }
        return registry.histogram(name, Self.help(label), Self.labels(dimensions), bounds: bounds, scale: scale)
    }

    private func name(_ label: String, suffix: String) -> String {
        let name = MetricName.make(from: label)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    private func admits(_ name: String, _ kind: MetricKind) -> Bool {
        let isNamed = names.all.withLock { names in
            if names.count < Self.maximumNames { names.insert(name) }
            return names.contains(name)
        }
        guard let known = registry.registration(of: name) else { return isNamed }
        return isNamed && known.kind == kind && known.seriesCount < Self.maximumSeries
    }

    private static func help(_ label: String) -> String { "Counted by a library as \(label)." }

    private static func labels(_ dimensions: [(String, String)]) -> LabelSet {
        LabelSet(dimensions.map { (MetricName.make(from: $0.0), $0.1) })
    }
}

/// A recorder whose last value counts.
private final class LastValue: RecorderHandler, Sendable {
    private let gauge: GaugeMetric

    init(_ gauge: GaugeMetric) {
        self.gauge = gauge
    }

    func record(_ value: Int64) { gauge.set(value) }
    func record(_ value: Double) { gauge.set(value) }
}
