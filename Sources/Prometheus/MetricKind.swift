/// What `# TYPE` says of a metric.
package enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

/// What one metric is at the moment of a scrape, filled in by whoever knows.
package struct MetricSamples {
    private(set) var all: [(labels: LabelSet, value: Double)] = []

    init() {}

    package mutating func add(_ value: Double, _ labels: LabelSet = .none) {
        all.append((labels, value))
    }

    package mutating func add(_ value: Int, _ labels: LabelSet = .none) {
        add(Double(value), labels)
    }
}
