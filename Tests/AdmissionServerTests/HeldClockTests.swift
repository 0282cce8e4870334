import ClusterState
import KubernetesClient
import Synchronization
import Testing

@testable import AdmissionServer

@Suite struct `A wall clock that is held` {
    private static let day: Int64 = 86_400_000

    private final class Machine: Sendable {
        let clocks = Mutex<(wall: Int64, steady: Int64, finding: ClockSkew.Finding)>((1_800_000_000_000, 5, .close))

        var clock: HeldClock {
            HeldClock(
                steady: { self.clocks.withLock { $0.steady } },
                wall: { self.clocks.withLock { $0.wall } },
                finding: { self.clocks.withLock { $0.finding } }
            )
        }

        var wall: Int64 { clocks.withLock { $0.wall } }

        func pass(_ milliseconds: Int64, jumping jump: Int64 = 0) {
            clocks.withLock { clocks in
                clocks.steady += milliseconds
                clocks.wall += milliseconds + jump
            }
        }

        func find(_ finding: ClockSkew.Finding) {
            clocks.withLock { $0.finding = finding }
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
        machine.find(.ahead)
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
        machine.find(.ahead)
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

    @Test func `proves nothing before it is known to be right, nor while it is known to be wrong`() {
        let machine = Machine()
        machine.find(.unknown)
        let clock = machine.clock
        #expect(!clock.moment().isWallSure)
        machine.find(.ahead)
        #expect(!clock.moment().isWallSure)
        machine.find(.close)
        #expect(clock.moment().isWallSure)
        // What was right and is held is so still.
        machine.pass(10, jumping: Self.day)
        #expect(clock.moment().isWallSure)
        machine.find(.ahead)
        machine.pass(90_000)
        #expect(clock.moment().isWallSure)
        machine.pass(10, jumping: -Self.day)
        machine.find(.close)
        #expect(clock.moment().isWallSure)
    }

    @Test func `proves nothing for a minute where nobody has looked since it jumped`() {
        let machine = Machine()
        let clock = machine.clock
        machine.pass(3_600_000, jumping: Self.day)
        #expect(!clock.moment().isWallSure)
        machine.pass(30_000)
        #expect(!clock.moment().isWallSure)
        machine.pass(30_000)
        #expect(clock.moment().isWallSure)
    }
}
