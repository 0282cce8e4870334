package import NIOCore

/// One answer.
///
/// The server adds the fields the protocol needs: `Content-Length`, `Connection`, `:status`.
///
/// A class because it is handed on: with `AdmissionRequest`, `RequestMatch.Request` and `HTTPResponse` as structures a request was 1.4%
/// dearer (docs/performance-aims.md).
package final class HTTPResponse: Sendable {
    /// 200 to 599.
    package let status: Int

    /// The value of `Content-Type`; nil leaves the field out.
    package let contentType: String?

    /// Further fields, names in lower case (HTTP/2 allows no other).
    ///
    /// A byte no field may carry (RFC 9110, section 5.5) leaves as a space. `content-length`, `connection` and
    /// `transfer-encoding` are the server's to write.
    package let headers: [(name: String, value: String)]

    package let body: ByteBuffer

    /// Ends the connection after this answer.
    ///
    /// HTTP/2 reads it as: this was the last stream, GOAWAY follows.
    package let closesConnection: Bool

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

    /// The same answer with another status, which ends the connection if this one does or it shall.
    func with(status: Int, closesConnection: Bool = false) -> HTTPResponse {
        HTTPResponse(
            status: status,
            contentType: contentType,
            headers: headers,
            body: body,
            closesConnection: closesConnection || self.closesConnection
        )
    }
}
