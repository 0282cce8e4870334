package import ClusterState
package import KubernetesClient
private import Synchronization

/// A wall clock that a jump of the machine's does not move at once.
///
/// A day ahead, what other replicas wrote a moment ago would look a day old, and a day behind, what this replica writes would
/// look so to them, until the API server's answers tell that the clock is wrong, which takes a while. So a jump is believed
/// only when the clock was known to be wrong before it, or is not found wrong for a minute after it; until then time goes on
/// as the steady clock says. A clock that is not known to be right, as at the start, is nobody's proof. It learns only when it is
/// asked, so it is to be asked at each answer of the API server, too: a replica that had nothing to do since its start would
/// otherwise not know that its clock was right before it jumped. May be used from anywhere.
package final class HeldClock: Sendable {
    /// What the clocks drift apart between two looks, and what a slewed clock catches up.
    static let toleranceMilliseconds: Int64 = 1000
    /// Time enough for the API server's answers to tell that the clock is wrong.
    static let holdMilliseconds: Int64 = 60_000

    fileprivate struct State: Sendable {
        /// Wall clock less steady clock, as far as is believed.
        var offset: Int64
        var jumpedAt: Int64?
        /// What is believed was known to be right.
        var isSure = false
        /// A jump was followed that the API server's answers may not have told of yet.
        var unsureUntil = Int64.min
    }

    private let state: Mutex<State>
    private let steady: @Sendable () -> Int64
    private let wall: @Sendable () -> Int64
    private let finding: @Sendable () -> ClockSkew.Finding

    /// - Parameters:
    ///   - steady: a clock that never goes back, in milliseconds.
    ///   - wall: this machine's wall clock, in milliseconds since 1970.
    ///   - finding: whether the wall clock keeps to the API server's.
    package init(
        steady: @escaping @Sendable () -> Int64,
        wall: @escaping @Sendable () -> Int64,
        finding: @escaping @Sendable () -> ClockSkew.Finding
    ) {
        (self.steady, self.wall, self.finding) = (steady, wall, finding)
        state = Mutex(State(offset: wall() - steady()))
    }

    /// Both clocks that claims are timed by.
    @Sendable
    package func moment() -> ClaimMoment {
        let (wall, steady) = (wall(), steady())
        let finding = finding()
        let (believed, isSure) = state.withLock { state in
            (state.believe(wall: wall, steady: steady, finding), state.isSure)
        }
        return ClaimMoment(wall: WallTime(milliseconds: believed), steady: steady, isWallSure: isSure)
    }
}

extension HeldClock.State {
    fileprivate mutating func believe(wall: Int64, steady: Int64, _ finding: ClockSkew.Finding) -> Int64 {
        let isWrong = finding == .ahead || finding == .behind
        let drift = wall - steady - offset
        guard drift.magnitude > HeldClock.toleranceMilliseconds else {
            let isRight = finding == .close && steady >= unsureUntil
            isSure = isRight || (isSure && !isWrong)
            return set(wall, steady)
        }
        guard let jumpedAt else {
            // One that is nobody's proof can only get better.
            if isWrong || !isSure { return follow(wall, steady, finding) }
            jumpedAt = steady
            return steady + offset
        }
        let isHeld = steady - jumpedAt < HeldClock.holdMilliseconds || isWrong
        return isHeld ? steady + offset : follow(wall, steady, finding)
    }

    /// Believes a jump, which what is known of the clock may be older than.
    private mutating func follow(_ wall: Int64, _ steady: Int64, _ finding: ClockSkew.Finding) -> Int64 {
        isSure = jumpedAt != nil && finding == .close
        if !isSure { unsureUntil = steady + HeldClock.holdMilliseconds }
        return set(wall, steady)
    }

    private mutating func set(_ wall: Int64, _ steady: Int64) -> Int64 {
        (offset, jumpedAt) = (wall - steady, nil)
        return wall
    }
}
