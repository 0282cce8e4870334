internal import TLS

/// Whether no API server can go by a bundle that has an authority of ours, but not the one that is served.
///
/// Who has signed with an authority for long knows that; a replica that has just started does not. Somebody may have reset
/// bundles and Secret a moment ago: then this one serves a new authority, while an API server that has not heard of it yet
/// trusts the one before, which other replicas serve. It is ready only when that cannot be any more. A bundle without any
/// authority of ours does not count: nobody could serve who goes by that.
struct Proof: Equatable, Sendable {
    /// For API servers whose clocks differ, in seconds.
    private static let skewSeconds: Int64 = 60

    private var authority: String?
    /// Since when no bundle without it was seen that has another.
    private var since: Int64?
    private(set) var isGiven = false
    private var isFirst = true

    /// A round has ended in which `authority` is served.
    ///
    /// - Parameters:
    ///   - authority: that signed what is served.
    ///   - isTrusted: every bundle has it.
    ///   - isSettled: every bundle has had it for the settle time, as it must before a replica takes up another one.
    ///   - round: what was read.
    ///   - settleMilliseconds: the settle time.
    mutating func note(
        _ authority: AuthorityFacts,
        isTrusted: Bool,
        isSettled: Bool,
        _ round: KeeperStateMachine.Round,
        settleMilliseconds: Int64
    ) {
        if self.authority != authority.id { (self.authority, since, isGiven) = (authority.id, nil, false) }
        if isTrusted {
            since = since ?? round.now
        } else if !round.isBare(otherThan: authority) {
            since = nil
        }
        let isOver = since.map { $0 + settleMilliseconds <= round.now } ?? false
        // What the API server remembers serves for what was before; of what this replica does it knows better itself.
        let wasSettled = isFirst && isTrusted && Self.isOld(round, settleMilliseconds)
        isGiven = isGiven || isSettled || isOver || wasSettled
        isFirst = false
    }

    /// When it will be given if nothing changes; nil when nothing is under way.
    func due(_ settleMilliseconds: Int64) -> Int64? { isGiven ? nil : since.map { $0 + settleMilliseconds } }

    private static func isOld(_ round: KeeperStateMachine.Round, _ settleMilliseconds: Int64) -> Bool {
        guard let changed = round.configuration.changed else { return false }
        return changed.adding(seconds: settleMilliseconds / 1000 + skewSeconds) < round.time
    }
}
