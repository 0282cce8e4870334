internal import CoreMetrics
private import Synchronization

/// A number that goes up and down.
package final class GaugeMetric: MeterHandler, Sendable {
    /// The bits of a `Double`.
    private let bits = Atomic<UInt64>(0)

    package init() {}

    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    package func set(_ value: Int64) {
        set(Double(value))
    }

    package func increment(by amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let result = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if result.exchanged { return }
            old = result.original
        }
    }

    package func decrement(by amount: Double) {
        increment(by: -amount)
    }
}
