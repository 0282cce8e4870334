private import Synchronization

/// Whether the server listens for reviews, for a readiness that is asked for at another port.
package final class Listening: Sendable {
    private let flag = Atomic(false)

    package init() {}

    package func begin() {
        flag.store(true, ordering: .releasing)
    }

    /// Fails before the server listens.
    package var readiness: HealthCheck {
        HealthCheck(name: "listener") { [self] in
            flag.load(ordering: .acquiring) ? nil : "reviews are not taken yet"
        }
    }
}
