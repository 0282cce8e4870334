/// Bounds of what a user is shown as warnings.
///
/// kube-apiserver shows 4,096 characters of all webhooks together in full and cuts every warning to 256 beyond; half of
/// it leaves room for others.
enum WarningBudget {
    /// Characters (Unicode scalars) of one warning.
    static let maximumLength = 256
    /// All of them together have at most 2,048.
    static let maximumCount = 8

    /// `warnings` within the budget; when some are left out, or there are `more`, the last one says how many.
    static func fit(_ warnings: [String], more: Int = 0) -> [String] {
        if more == 0, warnings.count <= maximumCount { return warnings.map(cut) }
        let kept = warnings.prefix(maximumCount - 1)
        return kept.map(cut) + [remainder(warnings.count - kept.count + more)]
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
