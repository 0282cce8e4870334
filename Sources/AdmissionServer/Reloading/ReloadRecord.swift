private import Synchronization

/// How the reloading of one thing went: for `/readyz?verbose`, the metrics and the log.
package final class ReloadRecord: Sendable {
    /// What is reloaded: `policy`, `certificate`, `client-ca`.
    package let name: String
    private let problem = Mutex<String?>(nil)
    private let successes = Atomic(0)
    private let failures = Atomic(0)

    package init(name: String) {
        self.name = name
    }

    /// Why the files in place are not in use; nil when they are.
    package var failure: String? { problem.withLock { $0 } }

    /// Changes that were put to use.
    package var successCount: Int { successes.load(ordering: .relaxed) }
    /// Changes that could not be used.
    package var failureCount: Int { failures.load(ordering: .relaxed) }

    package func succeed() {
        successes.add(1, ordering: .relaxed)
        problem.withLock { $0 = nil }
    }

    /// - Parameter reason: one line, without secrets.
    package func fail(_ reason: String) {
        failures.add(1, ordering: .relaxed)
        problem.withLock { $0 = reason }
    }
}
