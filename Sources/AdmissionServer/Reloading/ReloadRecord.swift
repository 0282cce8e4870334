private import Synchronization

/// How the reloading of one thing went: for `/readyz?verbose`, the metrics and the log.
package final class ReloadRecord: Sendable {
    /// What is reloaded: `policy`, `certificate`, `client-ca`.
    package let name: String
    private let problem = Mutex<String?>(nil)

    package init(name: String) {
        self.name = name
    }

    /// Why the files in place are not in use; nil when they are.
    package var failure: String? { problem.withLock { $0 } }

    package func succeed() {
        problem.withLock { $0 = nil }
    }

    /// - Parameter reason: one line, without secrets.
    package func fail(_ reason: String) {
        problem.withLock { $0 = reason }
    }
}
