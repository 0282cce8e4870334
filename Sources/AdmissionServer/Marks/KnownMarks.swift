package import AgentRuns
package import JSONPull

/// The marks there were at one moment.
package struct KnownMarks: Sendable {
    private let marks: SortedMarks
    /// When the oldest of what keeps marks was made: reviews before that have left none.
    ///
    /// Nil when there is nothing yet.
    package let since: Timestamp?

    init(_ marks: SortedMarks, since: Timestamp?) { (self.marks, self.since) = (marks, since) }

    /// None.
    package static let none = KnownMarks(SortedMarks(), since: nil)

    package var count: Int { marks.count }

    package func contains(_ mark: ReviewMark) -> Bool { marks.contains(mark) }

    /// Whether a review judged the run's spec in that generation and admitted it.
    package func contains(uid: ExactString, generation: Int64) -> Bool {
        ReviewMark(uid: uid, generation: generation).map(marks.contains) ?? false
    }
}
