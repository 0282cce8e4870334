/// Which marks are of no use any more: those of runs that are over, deleted, or were never stored.
///
/// A mark that no active run has may be that of one which is being stored: it is kept until it was seen so for a while.
struct MarkPruning: Sendable {
    /// From a review to the moment that all replicas see its run; API servers give webhooks and writes a minute at the most.
    static let graceMilliseconds: Int64 = 600_000

    /// When each was first seen without a run, by this process' clock.
    private var unmatched: [UInt64: Int64] = [:]
    /// Those seen so since ``begin()``.
    private var seen: Set<UInt64> = []
    /// Those of active runs since ``begin()``.
    private var matched: Set<UInt64> = []

    /// All ConfigMaps are looked at anew.
    mutating func begin() {
        seen.removeAll(keepingCapacity: true)
        matched.removeAll(keepingCapacity: true)
    }

    /// What is to be left of the marks of one ConfigMap.
    ///
    /// A mark that an earlier one has, too, is removed here: several replicas may have reviewed one run.
    mutating func rest(of marks: SortedMarks, active: SortedMarks, now: Int64) -> SortedMarks {
        marks.removing { bits in
            if active.contains(ReviewMark(bits: bits)) { return matched.contains(bits) }
            seen.insert(bits)
            let since = unmatched[bits] ?? now
            unmatched[bits] = since
            return now - since >= Self.graceMilliseconds
        }
    }

    /// The marks of one ConfigMap are as ``rest(of:active:now:)`` left them.
    mutating func settled(_ rest: SortedMarks, active: SortedMarks) {
        for bits in rest.bits where active.contains(ReviewMark(bits: bits)) { matched.insert(bits) }
    }

    /// All were looked at: what is there no more is forgotten.
    mutating func end() {
        unmatched = unmatched.filter { seen.contains($0.key) }
        begin()
    }

    /// How many marks without a run are remembered.
    var unmatchedCount: Int { unmatched.count }
}
