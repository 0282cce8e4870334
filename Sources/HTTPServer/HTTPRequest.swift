package import NIOCore

/// One complete request, whichever protocol carried it.
package struct HTTPRequest: Sendable {
    package let head: HTTPRequestHead

    /// The whole body, without its transfer coding.
    ///
    /// Its readable bytes may be a slice of a larger read buffer: keeping the value keeps that buffer.
    package var body: ByteBuffer

    package init(head: HTTPRequestHead, body: ByteBuffer) {
        self.head = head
        self.body = body
    }

    package var method: HTTPRequestMethod { head.method }
    package var path: String { head.path }
    package var query: String? { head.query }
    package var version: HTTPRequestHead.Version { head.version }
}
