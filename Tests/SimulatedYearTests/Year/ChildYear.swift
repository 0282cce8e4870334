import SimulationSupport
import TestRandomness

@testable import KubernetesClient

/// A program that makes credentials, asked every fourth day, through a year of its moods.
struct ChildYear {
    private static let timeout = 30 * YearPlan.second
    /// What a process holds beside what a child gets, and what is not close-on-exec of it.
    private static let sockets: Set<Int32> = [7, 8]

    /// What a program does.
    private struct Child {
        var closesAfter: Int64 = 50
        /// Nil for ever.
        var endsAfter: Int64? = 60
        var status: Int32 = 0
        /// Nobody can wait for it.
        var isLost = false
        /// It leaves another program behind that goes on.
        var leavesAnother = false
    }

    let plan: YearPlan
    var random: SplitMix
    let flaws: ClientFlaws

    mutating func run() throws(Violation) {
        // Descriptors that programs left behind still have.
        var held: Set<Int32> = []
        for day in stride(from: 0, to: 400, by: 4) {
            let time = Int64(day) * YearPlan.day
            let isRestarted = plan.restarts.contains { $0.time >= time && $0.time < time + 4 * YearPlan.day }
            if isRestarted, !held.isDisjoint(with: Self.sockets) {
                throw violation(
                    time,
                    "a program that was left behind has the listening socket: it cannot be bound again"
                )
            }
            let child = draw()
            let (outcome, took) = run(child, at: time)
            if child.leavesAnother {
                held.formUnion(Self.sockets.filter { $0 < ChildProcess.firstClosedDescriptor(flaws) })
            }
            try check(child, outcome, took, time)
        }
    }

    private mutating func draw() -> Child {
        switch random.draw(0...99) {
        case 0: Child(closesAfter: 100, endsAfter: nil)
        case 1: Child(isLost: true)
        case 2: Child(status: 1 << 8)
        case 3: Child(status: 9)
        case 4...5: Child(leavesAnother: true)
        case 6 where random.happens(100): Child(closesAfter: .max, endsAfter: nil)
        default: Child(closesAfter: random.draw(1...400), endsAfter: random.draw(400...900))
        }
    }

    private func run(_ child: Child, at start: Int64) -> (ChildCourse.Step, took: Int64) {
        var course = ChildCourse(
            now: start,
            timeoutMilliseconds: Int(Self.timeout),
            maximumBytes: 1000,
            flaws: flaws
        )
        var now = start
        while true {
            let sight = ChildCourse.Sight(
                end: Self.end(of: child, after: now - start),
                isClosed: now - start >= child.closesAfter,
                isTooLong: false
            )
            let step = course.next(sight, now: now)
            guard case .wait(let milliseconds) = step else { return (step, now - start) }
            now += max(1, milliseconds)
        }
    }

    private static func end(of child: Child, after time: Int64) -> Result<ChildProcess.End?, ChildProcessError> {
        guard let end = child.endsAfter, time >= end else { return .success(nil) }
        return child.isLost ? .failure(.lost(reason: "no child")) : .success(ChildProcess.End(status: child.status))
    }

    private func check(
        _ child: Child,
        _ outcome: ChildCourse.Step,
        _ took: Int64,
        _ time: Int64
    ) throws(Violation) {
        if child.closesAfter < .max, took > child.closesAfter + 3 * YearPlan.second {
            throw violation(time, "\(took) ms for a program that had nothing more to say after \(child.closesAfter) ms")
        }
        if took > Self.timeout + YearPlan.second { throw violation(time, "\(took) ms for a program") }
        let counts = outcome == .done || outcome == .kill(nil)
        if counts, child.isLost || child.status != 0 { throw violation(time, "a failure counts as success") }
        if !counts, !child.isLost, child.status == 0, child.closesAfter < .max {
            throw violation(time, "a success counts as failure: \(outcome)")
        }
    }

    private func violation(_ time: Int64, _ text: String) -> Violation {
        Violation(strand: "programs", time: time, text: text)
    }
}
