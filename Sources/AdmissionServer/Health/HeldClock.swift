package import ClusterState
private import Synchronization

/// A wall clock that a jump of the machine's does not move at once.
///
/// A day ahead, what other replicas wrote a moment ago would look a day old, and a day behind, what this replica writes would
/// look so to them, until the API server's answers tell that the clock is wrong, which takes a while. So a jump is believed
/// only when the clock was known to be wrong before it, or is not found wrong for a minute after it; until then time goes on
/// as the steady clock says. May be used from anywhere.
package final class HeldClock: Sendable {
    /// What the clocks drift apart between two looks, and what a slewed clock catches up.
    static let toleranceMilliseconds: Int64 = 1000
    /// Time enough for the API server's answers to tell that the clock is wrong.
    static let holdMilliseconds: Int64 = 60_000

    fileprivate struct State: Sendable {
        /// Wall clock less steady clock, as far as is believed; nil before the first look.
        var offset: Int64?
        var jumpedAt: Int64?
    }

    private let state = Mutex(State())
    private let steady: @Sendable () -> Int64
    private let wall: @Sendable () -> Int64
    private let isKnownWrong: @Sendable () -> Bool

    /// - Parameters:
    ///   - steady: a clock that never goes back, in milliseconds.
    ///   - wall: this machine's wall clock, in milliseconds since 1970.
    ///   - isKnownWrong: whether the wall clock is known not to keep to the API server's.
    package init(
        steady: @escaping @Sendable () -> Int64,
        wall: @escaping @Sendable () -> Int64,
        isKnownWrong: @escaping @Sendable () -> Bool
    ) {
        (self.steady, self.wall, self.isKnownWrong) = (steady, wall, isKnownWrong)
    }

    /// Both clocks that claims are timed by.
    @Sendable
    package func moment() -> ClaimMoment {
        let (wall, steady) = (wall(), steady())
        let believed = state.withLock { $0.believe(wall: wall, steady: steady, isKnownWrong: isKnownWrong) }
        return ClaimMoment(wall: WallTime(milliseconds: believed), steady: steady)
    }
}

extension HeldClock.State {
    fileprivate mutating func believe(wall: Int64, steady: Int64, isKnownWrong: () -> Bool) -> Int64 {
        let drift = offset.map { wall - steady - $0 } ?? 0
        guard let offset, drift.magnitude > HeldClock.toleranceMilliseconds else { return set(wall, steady) }
        guard let jumpedAt else {
            // It can only get better.
            if isKnownWrong() { return set(wall, steady) }
            jumpedAt = steady
            return steady + offset
        }
        let isHeld = steady - jumpedAt < HeldClock.holdMilliseconds || isKnownWrong()
        return isHeld ? steady + offset : set(wall, steady)
    }

    private mutating func set(_ wall: Int64, _ steady: Int64) -> Int64 {
        (offset, jumpedAt) = (wall - steady, nil)
        return wall
    }
}
