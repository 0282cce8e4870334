package import NIOCore

/// One answer.
///
/// The server adds the fields the protocol needs: `Content-Length`, `Connection`, `:status`.
package struct HTTPResponse: Sendable {
    /// 200 to 599.
    package var status: Int

    /// The value of `Content-Type`; nil leaves the field out.
    package var contentType: String?

    /// Further fields, names in lower case (HTTP/2 allows no other).
    ///
    /// A byte no field may carry (RFC 9110, section 5.5) leaves as a space. `content-length`, `connection` and
    /// `transfer-encoding` are the server's to write.
    package var headers: [(name: String, value: String)]

    package var body: ByteBuffer

    /// Ends the connection after this answer.
    ///
    /// HTTP/2 reads it as: this was the last stream, GOAWAY follows.
    package var closesConnection: Bool

    package init(
        status: Int,
        contentType: String? = nil,
        headers: [(name: String, value: String)] = [],
        body: ByteBuffer = ByteBuffer(),
        closesConnection: Bool = false
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
    }
}
