private import Synchronization

/// Those that are told of each new value, in the order in which they came.
///
/// Whoever comes joins the others: nobody can take another's place.
package final class Followers<Value: Sendable>: Sendable {
    private let bodies = Mutex<[@Sendable (Value) -> Void]>([])

    package init() {}

    /// From now on `body` is told.
    package func add(_ body: @escaping @Sendable (Value) -> Void) {
        bodies.withLock { $0.append(body) }
    }

    /// Tells everyone, one after the other.
    package func tell(_ value: Value) {
        for body in bodies.withLock({ $0 }) { body(value) }
    }
}
