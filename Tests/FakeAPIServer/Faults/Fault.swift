package import NIOCore

/// What goes wrong with a request.
package enum Fault: Sendable {
    /// A Status object in place of the answer; with `retryAfterSeconds` also the `Retry-After` header.
    case status(StatusError)
    /// A page of a proxy.
    case html(code: Int)
    /// `bytes` as they are, then the connection stays open.
    case raw([UInt8])
    case closeBeforeAnswer
    case closeAfterHead
    /// Announces a chunk, sends half of it and closes; of a watch the first event.
    case truncatedChunk
    /// Nothing at all, the connection stays open.
    case stallBeforeHead
    /// The head, then nothing, the connection stays open.
    case stallAfterHead
    /// The right answer, so many bytes at a time.
    case slow(bytes: Int, every: TimeAmount)
    /// A late answer or none; see ``Lateness``.
    case late(Lateness)

    // Of a watch

    /// The watch begins with a line that is no JSON, then goes on.
    case garbageLine
    /// The watch begins with so many bytes without a line end.
    case longLine(bytes: Int)
    /// Every event of this watch comes twice.
    case duplicateEvents
    /// The watch begins with an ERROR event and ends.
    case errorEvent(StatusError)

    /// When a request takes effect and when it is answered.
    package struct Lateness: Sendable {
        package enum Wait: Sendable {
            case time(TimeAmount)
            /// Until ``FakeAPIServer/releaseHeldRequests()``.
            case release
        }

        package var wait: Wait
        /// Takes effect before the wait, and not after it.
        package var isPerformedFirst: Bool
        /// The connection is closed in place of the answer.
        package var losesAnswer: Bool

        package init(wait: Wait, isPerformedFirst: Bool = false, losesAnswer: Bool = false) {
            self.wait = wait
            self.isPerformedFirst = isPerformedFirst
            self.losesAnswer = losesAnswer
        }
    }

    package static func status(
        _ code: Int,
        _ reason: String,
        _ message: String,
        retryAfterSeconds: Int? = nil
    ) -> Fault {
        .status(StatusError(code: code, reason: reason, message: message, retryAfterSeconds: retryAfterSeconds))
    }

    /// What the API server says to a user without the right, in its words.
    package static func forbidden(
        user: String,
        verb: String,
        _ resource: FakeResource,
        namespace: String? = nil
    ) -> Fault {
        let scope = namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        return .status(
            403,
            "Forbidden",
            "\(resource) is forbidden: User \"\(user)\" cannot \(verb) resource \"\(resource.resource)\" in API group "
                + "\"\(resource.group)\" \(scope)"
        )
    }

    /// 429 as the API server's priority and fairness gives it.
    package static func tooManyRequests(retryAfterSeconds: Int) -> Fault {
        .status(
            429,
            "TooManyRequests",
            "Too many requests, please try again later.",
            retryAfterSeconds: retryAfterSeconds
        )
    }

    /// HTTP 410, not the ERROR event.
    package static let gone = Fault.status(410, "Expired", "too old resource version: 1 (2)")

    /// Answered later.
    package static func delay(_ time: TimeAmount) -> Fault { .late(Lateness(wait: .time(time))) }

    /// Waits for ``FakeAPIServer/releaseHeldRequests()`` before it takes effect.
    package static let hold = Fault.late(Lateness(wait: .release))

    /// Takes effect at once and is never answered: the connection closes.
    package static let loseAnswer = Fault.late(
        Lateness(wait: .time(.zero), isPerformedFirst: true, losesAnswer: true)
    )
}
