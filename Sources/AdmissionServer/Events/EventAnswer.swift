/// What came of an ``EventWrite``.
enum EventAnswer: Hashable, Sendable {
    /// It is stored, by this request or by one before whose answer was lost.
    case written
    /// 404: the namespace is not there, or the Event is not any more.
    case absent
    /// The namespace takes no new objects, as it is being deleted.
    case terminating
    case forbidden(EventFailure)
    case failed(EventFailure)
}

/// Why an Event is not stored.
struct EventFailure: Hashable, Sendable {
    /// One line: what failed, and what to grant or fix.
    var message: String
    /// The same for every failure of this kind: by it is told once.
    var cause: String
    /// Trying again later may help.
    var isTransient: Bool
    /// What the server asked for, in milliseconds.
    var retryAfterMilliseconds: Int64?
}
