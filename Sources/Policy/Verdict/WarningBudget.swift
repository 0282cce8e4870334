/// Bounds of what a user is shown as warnings.
///
/// kube-apiserver shows 4,096 characters of all webhooks together in full and cuts every warning to 256 beyond; half of
/// it leaves room for others.
enum WarningBudget {
    /// Characters (Unicode scalars) of one warning.
    static let maximumLength = 256
    /// All of them together have at most 2,048.
    static let maximumCount = 8

    /// A finding or a notice.
    struct Warning {
        var text: String
        /// What is said beside it, in a warning of its own; nil for nothing.
        var note: String?

        fileprivate var count: Int { note == nil ? 1 : 2 }
    }

    /// `warnings` within the budget; when some are left out, or there are `more`, the last one says how many.
    static func fit(_ warnings: [Warning], more: Int = 0) -> [String] {
        let count = warnings.reduce(0) { $0 + $1.count }
        if more == 0, count <= maximumCount { return told(warnings[...]) }
        var kept = 0
        var room = maximumCount - 1
        while kept < warnings.count, warnings[kept].count <= room {
            room -= warnings[kept].count
            kept += 1
        }
        return told(warnings[..<kept]) + [remainder(warnings.count - kept + more)]
    }

    private static func told(_ warnings: ArraySlice<Warning>) -> [String] {
        warnings.flatMap { [cut($0.text)] + ($0.note.map { [cut($0)] } ?? []) }
    }

    private static func remainder(_ count: Int) -> String {
        #"\#(count) more findings; see the audit log or run "agentrun-admission check""#
    }

    private static func cut(_ warning: String) -> String {
        // A scalar is at least a byte, so most warnings need no counting.
        guard warning.utf8.count > maximumLength, warning.unicodeScalars.count > maximumLength else { return warning }
        return String(warning.unicodeScalars.prefix(maximumLength - 1)) + "…"
    }
}
