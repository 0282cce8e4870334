package import KubernetesClient
private import Synchronization

/// Whether this replica's clock keeps to the API server's, as what claims are taken for old by rests on it.
///
/// May be used from anywhere.
package final class ClockWatch: Sendable {
    private let skew = Mutex(ClockSkew())
    private let steady: @Sendable () -> Int64
    private let wall: @Sendable () -> Int64
    private let onChange: @Sendable (_ problem: String?) -> Void
    private let followers = Mutex<[@Sendable () -> Void]>([])

    /// - Parameters:
    ///   - steady: a clock that never goes back, in milliseconds.
    ///   - wall: this machine's wall clock, in milliseconds since 1970.
    ///   - onChange: told when the clock is found to be wrong, with the reason, and when it no longer is.
    package init(
        steady: @escaping @Sendable () -> Int64,
        wall: @escaping @Sendable () -> Int64,
        onChange: @escaping @Sendable (_ problem: String?) -> Void
    ) {
        (self.steady, self.wall, self.onChange) = (steady, wall, onChange)
    }

    /// Calls `body` after each answer of the API server that told the time.
    package func follow(_ body: @escaping @Sendable () -> Void) {
        followers.withLock { $0.append(body) }
    }

    /// What a client of the API server reads its clock for.
    package var serverClock: ServerClock { ServerClock(now: wall) { [self] reading in saw(reading) } }

    /// Seconds this clock is ahead of the API server's; nil before the first answer.
    package var secondsAhead: Double? { skew.withLock { $0.milliseconds }.map { Double($0) / 1000 } }

    package var finding: ClockSkew.Finding { skew.withLock { $0.finding } }

    /// What is wrong and how to put it right; nil while nothing is known to be.
    package var problem: String? { Self.problem(skew.withLock { $0 }) }

    package var readiness: HealthCheck { HealthCheck(name: "clock") { [self] in problem } }

    private func saw(_ reading: ServerClock.Reading) {
        let now = steady()
        let change = skew.withLock { skew -> (before: ClockSkew.Finding, after: ClockSkew)? in
            let before = skew.finding
            return skew.read(reading, at: now) ? (before, skew) : nil
        }
        for follower in followers.withLock({ $0 }) { follower() }
        guard let change, change.before != .unknown || change.after.finding != .close else { return }
        onChange(Self.problem(change.after))
    }

    private static func problem(_ skew: ClockSkew) -> String? {
        let side: String
        switch skew.finding {
        case .unknown, .close: return nil
        case .ahead: side = "ahead of"
        case .behind: side = "behind"
        }
        let tenths = (skew.milliseconds ?? 0).magnitude / 100
        return
            "this replica's clock is \(tenths / 10).\(tenths % 10) s \(side) the API server's, and claims of branches "
            + "allow \(ClockSkew.maximumMilliseconds / 1000) s: synchronise the clock of its node (chrony, "
            + "systemd-timesyncd), or the API server's where all replicas say so"
    }
}
