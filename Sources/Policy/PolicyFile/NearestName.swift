internal import JSONPull

/// Finds what somebody meant.
enum NearestName {
    /// ` (did you mean "x"?)`, or nil when nothing known is near.
    static func hint(for name: String, among known: [String]) -> String? {
        let ranked = known.map { (EditDistance.between(ExactString(name), ExactString($0)), $0) }.min { $0.0 < $1.0 }
        guard let (distance, nearest) = ranked, distance <= max(2, nearest.utf8.count / 3) else { return nil }
        return " (did you mean \"\(nearest)\"?)"
    }
}
