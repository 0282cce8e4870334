package import HTTPServer
package import NIOCore

/// Until when a review is worth answering.
///
/// A kube-apiserver says so with `?timeout=10s`: the `timeoutSeconds` of the webhook configuration, or what is left of its
/// own caller's time, rounded up to whole seconds.
package struct ReviewDeadline: Sendable, Hashable {
    /// When the answer has to leave to arrive in time: what waits for a network gives up here, and the review is answered by
    /// what is known.
    package let answerBy: NIODeadline

    /// When nobody waits for the answer any more.
    package let expires: NIODeadline

    /// A tenth of the time, at most half a second, is left for the way back.
    ///
    /// A round trip inside a cluster takes under 10 ms, and a lost packet is sent again after 200 ms.
    private static let marginDivisor: Int64 = 10
    private static let maximumMargin = TimeAmount.milliseconds(500)

    package init(receivedAt: NIODeadline, timeout: TimeAmount) {
        let margin = min(TimeAmount.nanoseconds(timeout.nanoseconds / Self.marginDivisor), Self.maximumMargin)
        answerBy = receivedAt + (timeout - margin)
        expires = receivedAt + timeout
    }

    /// The deadline of a request; nil when it names none.
    ///
    /// A time-out that cannot be read is none: it is only a hint, and no reason to fail a review.
    package init?(_ head: HTTPRequestHead) {
        guard var query = head.query else { return nil }
        // The bytes are lent for the call.
        let timeout = query.withUTF8 { unsafe Self.timeout(in: $0) }
        guard let timeout, timeout > .zero else { return nil }
        self.init(receivedAt: head.receivedAt, timeout: min(timeout, Self.maximumTimeout))
    }

    /// The API takes no `timeoutSeconds` over 30.
    private static let maximumTimeout = TimeAmount.minutes(1)

    private static let name: StaticString = "timeout="

    /// The first `timeout=` of a query.
    private static func timeout(in query: UnsafeBufferPointer<UInt8>) -> TimeAmount? {
        var rest = unsafe query[...]
        while unsafe !rest.isEmpty {
            let end = unsafe rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let pair = unsafe rest[..<end]
            let isTimeout = name.withUTF8Buffer { unsafe pair.starts(with: $0) }
            if isTimeout { return unsafe GoDuration.parse(pair.dropFirst(name.utf8CodeUnitCount)) }
            unsafe rest = rest[end...].dropFirst()
        }
        return nil
    }
}
