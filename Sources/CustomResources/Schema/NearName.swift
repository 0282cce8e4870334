internal import JSONPull

/// Finds what somebody meant.
enum NearName {
    /// ` (did you mean x?)`, or nothing.
    static func hint(_ name: ExactString?) -> String { name.map { " (did you mean \(VisibleText.part($0))?)" } ?? "" }

    /// What is nearest of all that is known; nil when nothing is near.
    ///
    /// Short names have to be nearer than long ones.
    static func nearest(to name: ExactString, among known: [ExactString]) -> ExactString? {
        let count = min(name.string.utf8.count, 64)
        var best: (distance: Int, name: ExactString)?
        for candidate in known {
            let other = candidate.string.utf8.count
            guard abs(other - count) <= 2 else { continue }
            let distance = EditDistance.between(name, candidate)
            guard distance <= (min(other, count) >= 5 ? 2 : 1) else { continue }
            if let found = best, (found.distance, found.name) < (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }
}
