internal import ArgumentParser
internal import Offline

/// The audit of a server: what exists judged again and again, by one replica.
///
/// Only where replicas claim through Leases: through one they agree on who audits.
struct AuditOptions: ParsableArguments {
    static let defaultIntervalSeconds = 300
    private static let intervals = 10...86_400

    @Option(
        name: .customLong("audit-interval"),
        help: ArgumentHelp(
            "Where branches are claimed by Leases, have one replica judge all that exists every so many seconds; 0 for none. (default: \(defaultIntervalSeconds))",
            valueName: "seconds"
        )
    )
    var intervalSeconds: Int?

    func validate() throws {
        guard let intervalSeconds, intervalSeconds != 0 else { return }
        guard Self.intervals.contains(intervalSeconds) else {
            throw ValidationError("--audit-interval must be 10 to 86400 seconds, or 0 for no audit")
        }
    }

    /// What is wanted, or by default where there is something to elect by.
    ///
    /// - Parameter hasLeases: whether the cluster is watched and branches are claimed.
    /// - Returns: nil for no audit.
    /// - Throws: `CommandFailure` where somebody wants an audit that cannot be.
    func intervalSeconds(hasLeases: Bool) throws(CommandFailure) -> Int? {
        let interval = intervalSeconds ?? (hasLeases ? Self.defaultIntervalSeconds : 0)
        guard interval > 0 else { return nil }
        guard hasLeases else {
            throw CommandFailure(
                "--audit-interval needs a cluster that is watched, and --claims lease: replicas agree through a Lease on who audits"
            )
        }
        return interval
    }
}
