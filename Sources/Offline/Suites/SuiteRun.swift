package import AgentRuns
internal import Policy
package import Reports

/// What `test` does: runs suites of tests of a policy.
package enum SuiteRun {
    /// Runs the suites at `paths`; `now` is the time for cases that name none.
    package static func report(_ paths: [String], now: @escaping () -> Timestamp) -> SuiteReport {
        SuiteReport(paths.map { result(of: $0, now: now) })
    }

    private static func result(of path: String, now: @escaping () -> Timestamp) -> SuiteResult {
        do throws(CommandFailure) {
            let suite = try SuiteFiles.suite(at: path)
            var runner = CaseRunner(files: SuiteFiles(suite: path), now: now)
            return SuiteResult(
                file: path,
                name: suite.name,
                cases: suite.cases.map { ($0, runner.outcome(of: $0)) }
            )
        } catch {
            return SuiteResult(file: path, problem: error.message)
        }
    }
}
