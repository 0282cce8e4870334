private import Synchronization

/// The wait of a server that is to stop while new connections are still served, which a person can end.
package final class DrainDelay: Sendable {
    private let isHurried = Mutex(false)
    private let hurry: AsyncStream<Void>
    private let hurried: AsyncStream<Void>.Continuation

    package init() {
        (hurry, hurried) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Ends the wait at once, now or when it begins.
    package func end() {
        isHurried.withLock { $0 = true }
        hurried.yield()
    }

    /// Waits so long, or until somebody wants it to end at once.
    func wait(_ delay: Duration) async {
        guard delay > .zero, !isHurried.withLock({ $0 }) else { return }
        await withTaskGroup { tasks in
            tasks.addTask { try? await Task.sleep(for: delay) }
            tasks.addTask { for await _ in self.hurry { return } }
            await tasks.next()
            tasks.cancelAll()
        }
    }
}
