package import NIOCore

/// One complete request, whichever protocol carried it.
package struct HTTPRequest: Sendable {
    package let head: HTTPRequestHead

    /// The whole body, without its transfer coding.
    ///
    /// Its readable bytes may be a slice of a larger read buffer: keeping the value keeps that buffer.
    package var body: ByteBuffer

    /// What a large body takes of the server's budget: to be kept as long as the body is.
    package let reservation: BodyReservation?

    package init(head: HTTPRequestHead, body: ByteBuffer, reservation: BodyReservation? = nil) {
        self.head = head
        self.body = body
        self.reservation = reservation
    }

    package var method: HTTPRequestMethod { head.method }
    package var path: String { head.path }
    package var query: String? { head.query }
    package var version: HTTPRequestHead.Version { head.version }
}
