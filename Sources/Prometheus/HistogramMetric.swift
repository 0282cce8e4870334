internal import CoreMetrics
private import Synchronization

/// How often something took how long, in buckets with fixed bounds.
package final class HistogramMetric: TimerHandler, RecorderHandler, Sendable {
    /// Upper bounds, included, in units of ``scale``.
    let bounds: [Int64]
    /// How many of a bound's units are one of what is shown: 1,000,000,000 for nanoseconds shown as seconds.
    let scale: Double
    /// For each bound what is at most it and above the one before, then what is above all of them, then the sum.
    private let counts: AtomicCounts
    /// The last of each bucket.
    private let exemplars: Mutex<[Exemplar?]>

    /// - Parameters:
    ///   - bounds: in ascending order.
    ///   - scale: units of a bound in one of what is shown.
    init(bounds: [Int64], scale: Double) {
        self.bounds = bounds
        self.scale = scale
        counts = AtomicCounts(count: bounds.count + 2)
        exemplars = Mutex(Array(repeating: nil, count: bounds.count + 1))
    }

    /// - Parameter amount: in units of the bounds; what is negative counts as nothing.
    package func observe(_ amount: Int64) {
        let amount = max(0, amount)
        counts.add(1, at: bounds.firstIndex { amount <= $0 } ?? bounds.count)
        counts.add(Int(amount), at: bounds.count + 1)
    }

    /// Keeps an observation as the example of its bucket, unless another thread does just now: nobody waits for it.
    ///
    /// - Parameters:
    ///   - amount: was observed; in units of the bounds.
    ///   - labels: say where to look it up.
    ///   - seconds: when, since 1970.
    package func exemplify(_ amount: Int64, _ labels: LabelSet, at seconds: Int64) {
        let amount = max(0, amount)
        let index = bounds.firstIndex { amount <= $0 } ?? bounds.count
        exemplars.withLockIfAvailable {
            $0[index] = Exemplar(labels: labels, amount: amount, seconds: seconds)
        }
    }

    /// The example of each bucket.
    var currentExemplars: [Exemplar?] { exemplars.withLock { $0 } }

    package func recordNanoseconds(_ duration: Int64) {
        observe(Int64(Double(duration) * scale / 1e9))
    }

    package func record(_ value: Int64) {
        record(Double(value))
    }

    package func record(_ value: Double) {
        // What is no number, or too large for one, is nobody's observation.
        guard let amount = Int64(exactly: (value * scale).rounded()) else { return }
        observe(amount)
    }

    /// The number of observations up to each bound, then of all.
    var cumulativeCounts: [Int] {
        var sum = 0
        return (0...bounds.count).map { index in
            sum += counts[index]
            return sum
        }
    }

    var sum: Double { Double(counts[bounds.count + 1]) / scale }
}
