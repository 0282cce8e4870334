/// How far two names are from each other: for those who say what somebody may have meant.
package enum EditDistance {
    /// The fewest insertions, deletions, replacements and exchanges of neighbouring bytes that make `left` of `right` in any case of
    /// ASCII; of `left` the first 64 bytes are compared.
    ///
    /// Costs 64 times the bytes of `right`.
    package static func between(_ left: ExactString, _ right: ExactString) -> Int {
        between(Array(left.asciiLowercased.string.utf8.prefix(64)), Array(right.asciiLowercased.string.utf8))
    }

    private static func between(_ left: [UInt8], _ right: [UInt8]) -> Int {
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
