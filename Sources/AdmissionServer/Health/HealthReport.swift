/// The answer to a health probe, in the form of kube-apiserver's own `/livez` and `/readyz`, but with the reasons.
struct HealthReport {
    let isHealthy: Bool
    let text: String

    /// - Parameters:
    ///   - endpoint: `livez` or `readyz`.
    ///   - checks: in the order they are listed.
    ///   - isVerbose: lists the checks that hold, too.
    init(_ endpoint: String, _ checks: [HealthCheck], isVerbose: Bool) {
        var isHealthy = true
        var lines: [String] = []
        for check in checks {
            if let problem = check.problem() {
                isHealthy = false
                lines.append("[-]\(check.name) failed: \(problem)")
            } else {
                lines.append("[+]\(check.name) ok" + (check.note().map { "; \($0)" } ?? ""))
            }
        }
        self.isHealthy = isHealthy
        guard isVerbose || !isHealthy else {
            text = "ok"
            return
        }
        lines.append("\(endpoint) check \(isHealthy ? "passed" : "failed")")
        text = lines.map { $0 + "\n" }.joined()
    }
}
