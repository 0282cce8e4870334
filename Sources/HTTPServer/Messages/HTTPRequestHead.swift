package import NIOCore

/// What comes before the body of a request, whichever protocol carried it.
package struct HTTPRequestHead: Sendable {
    /// The protocol the request came over.
    package enum Version: Hashable, Sendable {
        case http10
        case http11
        case http2
    }

    package let method: HTTPRequestMethod

    /// The request target up to its `?`, as sent: nothing is decoded or normalised.
    package let path: String

    /// What follows the first `?` of the target; nil without one.
    package let query: String?

    package let version: Version

    /// The media type of the body with its parameters, as sent; nil without the field.
    ///
    /// A field is kept only when somebody reads it: a head is held until its body has come.
    package let contentType: String?

    /// How the body is encoded, as sent; nil without the field.
    package let contentEncoding: String?

    /// What answers the client takes, as sent; kept of a GET alone, as nobody asks it of another, and nil without the field.
    package let accept: String?

    /// Whom the client asked, name or address, with the port if it named one: `Host`, or `:authority`; kept of a GET alone.
    package let host: String?

    /// The trace the request is part of.
    package let traceParent: TraceParent

    /// The announced body length; nil for a chunked body, an HTTP/2 body without the field, or no body at all.
    package let contentLength: Int?

    /// When the head was complete here: the request may have lain in a socket before that.
    package let receivedAt: NIODeadline

    package init(
        method: HTTPRequestMethod,
        target: String,
        version: Version,
        contentType: String? = nil,
        contentEncoding: String? = nil,
        accept: String? = nil,
        host: String? = nil,
        traceParent: TraceParent = .absent,
        contentLength: Int?,
        receivedAt: NIODeadline = .now()
    ) {
        self.method = method
        self.version = version
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        (self.accept, self.host) = (accept, host)
        self.traceParent = traceParent
        self.contentLength = contentLength
        self.receivedAt = receivedAt
        (path, query) = Self.split(target)
    }

    /// A target before and behind its first `?`.
    private static func split(_ target: String) -> (path: String, query: String?) {
        var target = target
        // The bytes are lent for the call; substrings take several times as long to make a String of.
        let parts: (String, String)? = target.withUTF8 { bytes in
            guard let mark = unsafe bytes.firstIndex(of: UInt8(ascii: "?")) else { return nil }
            return unsafe (
                String(decoding: bytes[..<mark], as: UTF8.self), String(decoding: bytes[(mark + 1)...], as: UTF8.self)
            )
        }
        return parts ?? (target, nil)
    }
}
