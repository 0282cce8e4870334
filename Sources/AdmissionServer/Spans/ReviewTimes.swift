internal import NIOCore

/// When the steps of a review began and ended; only of one whose trace its caller records.
// Unchecked: it belongs to its review, and stays on the event loop that is judged on.
final class ReviewTimes: @unchecked Sendable {
    enum Step: String, CaseIterable {
        case decode, judge, claim, encode
    }

    private var intervals: [(step: Step, began: NIODeadline, ended: NIODeadline)] = []

    init() { intervals.reserveCapacity(Step.allCases.count) }

    func note(_ step: Step, _ began: NIODeadline, _ ended: NIODeadline) { intervals.append((step, began, ended)) }

    /// Those that were made, in the order they ended.
    var steps: [(step: Step, began: NIODeadline, ended: NIODeadline)] { intervals }
}
