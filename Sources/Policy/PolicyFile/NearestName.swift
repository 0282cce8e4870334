internal import JSONPull

/// Finds what somebody meant.
enum NearestName {
    /// ` (did you mean "x"?)`, or nil when nothing known is near.
    static func hint(for name: String, among known: [String]) -> String? {
        let lowered = Array(ExactString(name).asciiLowercased.string.utf8.prefix(64))
        let ranked = known.map { (distance(lowered, Array(ExactString($0).asciiLowercased.string.utf8)), $0) }.min {
            $0.0 < $1.0
        }
        guard let (distance, nearest) = ranked, distance <= max(2, nearest.utf8.count / 3) else { return nil }
        return " (did you mean \"\(nearest)\"?)"
    }

    /// Levenshtein distance: insertions, deletions and replacements.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
