/// Why a span is not exported.
package enum SpanDrop: String, Sendable, CaseIterable {
    /// There were as many as may wait.
    case queueFull = "queue_full"
    /// The collector does not take it, and would not later.
    case rejected
    /// The collector could not be reached, or had no room, as often as it was tried.
    case undelivered
}
