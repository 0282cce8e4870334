private import Synchronization

/// How often the reflector of one source did what; numbers that only grow.
package final class FeedFigures: Sendable {
    private let listCount = Atomic(0)
    private let eventCount = Atomic(0)
    private let failureCount = Atomic(0)

    /// Whole lists that took the place of what was known.
    package var lists: Int { listCount.load(ordering: .relaxed) }
    /// Objects that watches told of.
    package var events: Int { eventCount.load(ordering: .relaxed) }
    /// Lists and watches that came to nothing.
    package var failures: Int { failureCount.load(ordering: .relaxed) }

    package init() {}

    package func countList() { listCount.add(1, ordering: .relaxed) }
    package func countEvents(_ count: Int) { eventCount.add(count, ordering: .relaxed) }
    package func countFailure() { failureCount.add(1, ordering: .relaxed) }
}
