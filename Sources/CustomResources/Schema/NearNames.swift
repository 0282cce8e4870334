internal import JSONPull

/// Finds what somebody meant, for the names of one object and within a bound for all of them.
///
/// An object of 3 MB may have 300,000 names that nobody knows, and a definition thousands that are known: past the bound
/// nothing is near any more.
struct NearNames {
    /// Longest name that is looked for: nobody mistypes a longer one.
    static let maximumNameBytes = 64

    /// What may still be done: a unit for each known name that is looked at, and for each byte of the one that is compared
    /// with a byte of the other.
    private(set) var workLeft: Int

    init(work: Int = SchemaLimits.maximumNameWork) {
        workLeft = work
    }

    /// ` (did you mean x?)`, or nothing.
    static func hint(_ name: ExactString?) -> String { name.map { " (did you mean \(VisibleText.part($0))?)" } ?? "" }

    /// What is nearest of all that is known; nil when nothing is near, or too much has been looked for.
    ///
    /// Short names have to be nearer than long ones.
    mutating func nearest(to name: ExactString, among known: some Sequence<ExactString>) -> ExactString? {
        let count = name.string.utf8.count
        guard count <= Self.maximumNameBytes, workLeft > 0 else { return nil }
        var best: (distance: Int, name: ExactString)?
        for candidate in known {
            let other = candidate.string.utf8.count
            let isComparable = abs(other - count) <= 2
            workLeft -= isComparable ? 1 + count * other : 1
            // Whatever was found: which of the known names come first is by chance.
            guard workLeft > 0 else { return nil }
            guard isComparable else { continue }
            let distance = EditDistance.between(name, candidate)
            guard distance <= (min(other, count) >= 5 ? 2 : 1) else { continue }
            if let found = best, (found.distance, found.name) < (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }
}
