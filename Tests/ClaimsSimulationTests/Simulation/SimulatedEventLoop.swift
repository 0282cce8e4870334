import Dispatch
import NIOCore
import SimulationSupport

/// Time that goes on when the simulation says so.
// Unchecked: it belongs to the task that runs the schedule.
final class SimulatedClock: @unchecked Sendable {
    var milliseconds: Int64 = 0
}

/// An event loop in simulated time: what was put on it is done when ``runNext()`` is called at that time.
// Unchecked: everything happens in the task that runs the schedule.
final class SimulatedEventLoop: EventLoop, @unchecked Sendable {
    private final class Task {
        var work: (() -> Void)?
        /// Fails whoever waits for it.
        let drop: () -> Void

        init(_ work: @escaping () -> Void, drop: @escaping () -> Void) {
            self.work = work
            self.drop = drop
        }
    }

    private let clock: SimulatedClock
    private var tasks = EventQueue<Task>()

    init(_ clock: SimulatedClock) {
        self.clock = clock
    }

    /// When the next task is due, in milliseconds; nil if there is none.
    var nextTime: Int64? { tasks.nextTime }

    func runNext() {
        tasks.pop()?.event.work?()
    }

    /// Ends the loop with all that was put on it.
    func close() {
        while let (_, task) = tasks.pop() { task.drop() }
    }

    // MARK: EventLoop

    var inEventLoop: Bool { true }

    var now: NIODeadline { .uptimeNanoseconds(UInt64(clock.milliseconds) * 1_000_000) }

    func execute(_ task: @escaping @Sendable () -> Void) {
        tasks.add(Task(task, drop: {}), at: clock.milliseconds)
    }

    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping () throws -> T) -> Scheduled<T> {
        let promise: EventLoopPromise<T> = makePromise()
        let scheduled = NIOLoopBound(
            Task(
                {
                    do { promise.assumeIsolated().succeed(try task()) } catch { promise.fail(error) }
                },
                drop: { promise.fail(CancellationError()) }
            ),
            eventLoop: self
        )
        let time = Int64((deadline.uptimeNanoseconds + 999_999) / 1_000_000)
        tasks.add(scheduled.value, at: max(time, clock.milliseconds))
        return Scheduled(promise: promise) { scheduled.value.work = nil }
    }

    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: now + delay, task)
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        close()
        queue.async { callback(nil) }
    }
}
