internal import CoreMetrics
private import Synchronization

/// A number of events that only grows.
package final class CounterMetric: CounterHandler, Sendable {
    private let number = Atomic<Int64>(0)

    package init() {}

    package var value: Int64 { number.load(ordering: .relaxed) }

    package func increment() {
        number.wrappingAdd(1, ordering: .relaxed)
    }

    /// What is negative is not counted: a counter never goes back.
    package func increment(by amount: Int64) {
        guard amount > 0 else { return }
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    package func reset() {
        number.store(0, ordering: .relaxed)
    }
}

/// One counter for each value of an enumeration, so that no event has to look its counter up by name.
package struct CounterMetrics<Label: Hashable & Sendable>: Sendable {
    private let counters: [Label: CounterMetric]

    package init(_ labels: [Label], _ counter: (Label) -> CounterMetric) {
        counters = Dictionary(labels.map { ($0, counter($0)) }) { first, _ in first }
    }

    /// Nil for a value it was not made for.
    package subscript(label: Label) -> CounterMetric? { counters[label] }
}
