private import Synchronization

/// Whether the server is about to stop, for its readiness.
package final class Stopping: Sendable {
    private let flag = Atomic(false)

    package init() {}

    package func begin() {
        flag.store(true, ordering: .releasing)
    }

    /// Fails as soon as the server is to stop, so that no more clients are sent here.
    package var readiness: HealthCheck {
        HealthCheck(name: "shutdown") { [self] in
            flag.load(ordering: .acquiring) ? "the server is stopping; it still answers" : nil
        }
    }
}
