import ClusterState
import Synchronization
import Testing

@testable import AdmissionServer

@Suite struct `A wall clock that is held` {
    private static let day: Int64 = 86_400_000

    private final class Machine: Sendable {
        let clocks = Mutex<(wall: Int64, steady: Int64, isWrong: Bool)>((1_800_000_000_000, 5, false))

        var clock: HeldClock {
            HeldClock(
                steady: { self.clocks.withLock { $0.steady } },
                wall: { self.clocks.withLock { $0.wall } },
                isKnownWrong: { self.clocks.withLock { $0.isWrong } }
            )
        }

        var wall: Int64 { clocks.withLock { $0.wall } }

        func pass(_ milliseconds: Int64, jumping jump: Int64 = 0) {
            clocks.withLock { clocks in
                clocks.steady += milliseconds
                clocks.wall += milliseconds + jump
            }
        }

        func find(wrong: Bool) {
            clocks.withLock { $0.isWrong = wrong }
        }
    }

    @Test func `is the machine's while that goes on evenly`() {
        let machine = Machine()
        let clock = machine.clock
        for step: Int64 in [0, 1, 20, 900, -900, 300] {
            machine.pass(60_000, jumping: step)
            #expect(clock.moment().wall.milliseconds == machine.wall)
        }
    }

    @Test(arguments: [day, -day, 3000])
    func `goes on evenly when the machine's jumps and comes back`(jump: Int64) {
        let machine = Machine()
        let clock = machine.clock
        var expected = clock.moment().wall.milliseconds
        machine.pass(10, jumping: jump)
        expected += 10
        #expect(clock.moment().wall.milliseconds == expected)
        machine.pass(59_000)
        machine.find(wrong: true)
        expected += 59_000
        #expect(clock.moment().wall.milliseconds == expected)
        machine.pass(3_600_000)
        expected += 3_600_000
        #expect(clock.moment().wall.milliseconds == expected)
        machine.pass(10, jumping: -jump)
        expected += 10
        #expect(clock.moment().wall.milliseconds == expected)
        #expect(expected == machine.wall)
    }

    @Test func `is put right at once when it is known to be wrong`() {
        let machine = Machine()
        let clock = machine.clock
        _ = clock.moment()
        machine.find(wrong: true)
        machine.pass(10, jumping: Self.day)
        #expect(clock.moment().wall.milliseconds == machine.wall)
    }

    @Test func `follows a jump that nobody contradicts for a minute`() {
        let machine = Machine()
        let clock = machine.clock
        _ = clock.moment()
        machine.pass(10, jumping: -Self.day)
        #expect(clock.moment().wall.milliseconds != machine.wall)
        machine.pass(60_000)
        #expect(clock.moment().wall.milliseconds == machine.wall)
    }
}
