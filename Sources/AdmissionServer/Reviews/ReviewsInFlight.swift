private import Synchronization

/// The reviews read and not yet answered, against what there may be of them.
package final class ReviewsInFlight: Sendable {
    /// What two processors judge in 20 ms at 60 to 80 µs each: a wait that adds nothing anybody notices to what a review
    /// takes, and short of the shortest `timeoutSeconds`, 1 s, even where a review takes twenty times as long.
    ///
    /// With 64 KiB each, which nobody counts, their bodies are 32 MiB; larger ones are counted by the server.
    package static let defaultMaximum = 512

    private let maximum: Int
    private let inFlight = Atomic(0)

    package init(maximum: Int = ReviewsInFlight.defaultMaximum) {
        self.maximum = maximum
    }

    package var count: Int { inFlight.load(ordering: .relaxed) }

    /// Counts one more; false, and nothing counted, when there are as many as there may be.
    func take() -> Bool {
        guard inFlight.wrappingAdd(1, ordering: .relaxed).newValue <= maximum else {
            giveBack(1)
            return false
        }
        return true
    }

    func giveBack(_ count: Int) {
        inFlight.wrappingSubtract(count, ordering: .relaxed)
    }
}
