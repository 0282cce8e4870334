private import Synchronization

/// A value that many read all the time and that is replaced whole now and then: a policy, a certificate.
package final class Current<Value: Sendable>: Sendable {
    private let guarded: Mutex<Value>
    /// Grows with every replacement, after it.
    private let version = Atomic(0)

    package init(_ value: Value) {
        guarded = Mutex(value)
    }

    package var value: Value { guarded.withLock { $0 } }

    package func replace(with value: Value) {
        // The old value leaves the lock to be freed outside of it.
        var other = value
        guarded.withLock { swap(&$0, &other) }
        version.add(1, ordering: .releasing)
    }

    /// One reader's copy: as long as nothing is replaced, reading it costs a look at a number.
    package struct Reader {
        private let current: Current
        private var version: Int
        private var value: Value

        package init(_ current: Current) {
            self.current = current
            // The number first: a replacement in between is then seen by the next read.
            version = current.version.load(ordering: .acquiring)
            value = current.value
        }

        package mutating func read() -> Value {
            let newest = current.version.load(ordering: .acquiring)
            if newest != version {
                version = newest
                value = current.value
            }
            return value
        }
    }
}
