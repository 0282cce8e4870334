internal import JSONPull

/// Finds what somebody meant.
enum NearName {
    /// ` (did you mean x?)`, or nothing.
    static func hint(_ name: ExactString?) -> String { name.map { " (did you mean \(VisibleText.part($0))?)" } ?? "" }

    /// What is nearest of all that is known; nil when nothing is near.
    ///
    /// Short names have to be nearer than long ones.
    static func nearest(to name: ExactString, among known: [ExactString]) -> ExactString? {
        let lowered = Array(name.asciiLowercased.string.utf8.prefix(64))
        var best: (distance: Int, name: ExactString)?
        for candidate in known {
            let other = Array(candidate.asciiLowercased.string.utf8)
            guard abs(other.count - lowered.count) <= 2 else { continue }
            let distance = distance(lowered, other)
            guard distance <= (min(other.count, lowered.count) >= 5 ? 2 : 1) else { continue }
            if let found = best, (found.distance, found.name) < (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and exchanged neighbours.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var next = [index + 1]
            for column in right.indices {
                var least = min(row[column] + (byte == right[column] ? 0 : 1), row[column + 1] + 1, next[column] + 1)
                if index > 0, column > 0, byte == right[column - 1], left[index - 1] == right[column] {
                    least = min(least, before[column - 1] + 1)
                }
                next.append(least)
            }
            before = row
            row = next
        }
        return row[right.count]
    }
}
