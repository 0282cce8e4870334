import NIOCore

/// Tells a client that speaks plain HTTP to the TLS port from one that speaks TLS, and answers it.
enum PlainHTTP {
    enum Verdict: Hashable {
        /// Too few bytes to tell.
        case undecided
        case plainHTTP
        /// TLS, or nonsense that OpenSSL will refuse.
        case other
    }

    /// Beginnings of requests whatever their target: RFC 9110 section 9 and 5789, and the HTTP/2 preface.
    ///
    /// A TLS record begins with 0x16.
    private static let beginnings = [
        "GET ", "POST ", "HEAD ", "PUT ", "PATCH ", "DELETE ", "OPTIONS ", "CONNECT ", "TRACE ", "PRI ",
    ].map { Array($0.utf8) }

    /// Longest method that is taken for one: `UPDATEREDIRECTREF`, the longest that is registered.
    private static let maximumMethodBytes = 17

    /// Looks at the first bytes of a connection.
    static func classify(_ bytes: ByteBufferView) -> Verdict {
        // The common case without a loop over strings: no upper-case letter, no HTTP.
        guard let first = bytes.first else { return .undecided }
        guard isUpper(first) else { return .other }
        if beginnings.contains(where: { bytes.starts(with: $0) }) { return .plainHTTP }
        if beginnings.contains(where: { $0.starts(with: bytes) }) { return .undecided }
        return classifyOther(bytes)
    }

    /// Any other method is one if a path or `*` comes after it.
    private static func classifyOther(_ bytes: ByteBufferView) -> Verdict {
        let method = bytes.prefix(maximumMethodBytes + 1).prefix { isUpper($0) || $0 == UInt8(ascii: "-") }
        guard method.count <= maximumMethodBytes else { return .other }
        var rest = bytes.dropFirst(method.count)
        guard let space = rest.popFirst() else { return .undecided }
        guard space == UInt8(ascii: " ") else { return .other }
        guard let target = rest.first else { return .undecided }
        return target == UInt8(ascii: "/") || target == UInt8(ascii: "*") ? .plainHTTP : .other
    }

    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    /// A whole response that tells a person what is wrong.
    ///
    /// HTTP/1.0, which every client of HTTP/1.x takes and after which nobody waits for more.
    static func answer(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        let text = "this port speaks HTTPS, not HTTP: use https://\n"
        return allocator.buffer(
            string: "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
        )
    }
}
