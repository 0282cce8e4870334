package import TLS

/// Who wants to know what time the API server has.
package struct ServerClock: Sendable {
    /// What one answer tells of the server's clock.
    package struct Reading: Hashable, Sendable {
        /// The answer's `Date`, in whole seconds.
        package var date: UnixTime
        /// When the request was sent and its answer began to come, by this machine's wall clock, in milliseconds.
        package var sentAt: Int64
        package var receivedAt: Int64

        package init(date: UnixTime, sentAt: Int64, receivedAt: Int64) {
            (self.date, self.sentAt, self.receivedAt) = (date, sentAt, receivedAt)
        }
    }

    /// This machine's wall clock, in milliseconds since 1970.
    package var now: @Sendable () -> Int64
    /// Called on the client's event loop, for every answer that has a `Date`.
    package var saw: @Sendable (Reading) -> Void

    package init(now: @escaping @Sendable () -> Int64, saw: @escaping @Sendable (Reading) -> Void) {
        (self.now, self.saw) = (now, saw)
    }
}
