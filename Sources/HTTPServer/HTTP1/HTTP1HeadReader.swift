internal import NIOHTTP1

/// Turns the codec's head into the server's, and refuses what two readers could understand in two ways (request smuggling,
/// RFC 9112, section 11.2).
enum HTTP1HeadReader {
    struct Reading {
        var head: HTTPRequestHead
        var framing: HTTP1Framing
    }

    static func read(_ head: NIOHTTP1.HTTPRequestHead, maximumFields: Int) throws(HTTPRequestError) -> Reading {
        guard head.headers.count <= maximumFields else {
            throw .tooManyHeaderFields(head.headers.count, maximum: maximumFields)
        }
        guard head.version.major == 1, head.version.minor <= 1 else { throw .versionNotSupported }
        let version: HTTPRequestHead.Version = head.version.minor == 1 ? .http11 : .http10
        var fields = FramingFields(isGet: head.method == .GET)
        for (name, value) in head.headers {
            fields.note(name: name, value: value)
        }
        let body = try body(of: fields, version: version)
        if version == .http11 || fields.hostCount > 0 {
            // RFC 9112, section 3.2: exactly one Host field, whatever form the target has.
            guard fields.hostCount == 1 else { throw .malformed("one Host field is required") }
            guard fields.isHostValid else { throw .malformed("Host is no host") }
        }
        // The codec stops at what it takes for a change of protocol; this server changes none, so nothing can follow.
        let stops = fields.hasUpgrade || head.method == .CONNECT
        return Reading(
            head: HTTPRequestHead(
                method: method(head.method),
                target: originForm(of: head.uri),
                version: version,
                contentType: fields.contentType,
                contentEncoding: fields.contentEncoding,
                accept: fields.accept,
                host: fields.host,
                traceParent: fields.traceParent,
                contentLength: body.announcedBytes
            ),
            framing: HTTP1Framing(
                body: body,
                keepsAlive: !stops && head.isKeepAlive,
                expectsContinue: version == .http11 && fields.expectsContinue && body != .none
            )
        )
    }

    private static func method(_ method: HTTPMethod) -> HTTPRequestMethod {
        switch method {
        case .POST: .post
        case .GET: .get
        case .HEAD: .head
        case .PUT: .put
        case .DELETE: .delete
        case .OPTIONS: .options
        case _: .other(method.rawValue)
        }
    }

    private static func body(
        of fields: FramingFields,
        version: HTTPRequestHead.Version
    ) throws(HTTPRequestError) -> HTTP1Framing.Body {
        guard fields.lengthCount <= 1 else { throw .malformed("more than one Content-Length") }
        if let coding = fields.transferEncoding {
            guard fields.lengthCount == 0 else { throw .malformed("Content-Length and Transfer-Encoding") }
            guard version == .http11 else { throw .malformed("Transfer-Encoding in HTTP/1.0") }
            guard fields.codingCount == 1, coding.isFieldName("chunked") else {
                throw .malformed("a Transfer-Encoding other than chunked")
            }
            return .chunked
        }
        guard fields.lengthCount == 1 else { return .none }
        guard let length = fields.length, length >= 0 else { throw .malformed("Content-Length is no length") }
        return length == 0 ? .none : .length(length)
    }

    /// The path and query of an absolute-form target (RFC 9112, section 3.2.2), which every server must accept.
    private static func originForm(of target: String) -> String {
        if target.utf8.first == UInt8(ascii: "/") { return target }
        for scheme in ["http://", "https://"] where target.hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.utf8.count)
            guard let end = rest.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
                return "/"
            }
            let tail = rest[end...]
            return tail.utf8.first == UInt8(ascii: "/") ? String(tail) : "/" + tail
        }
        return target
    }
}

extension HTTP1Framing.Body {
    fileprivate var announcedBytes: Int? {
        switch self {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }
}

/// The fields that decide about framing, gathered in one pass: each look-up by name would be a pass of its own.
private struct FramingFields {
    /// What only readers of a GET ask for is kept of nothing else.
    let isGet: Bool
    var hostCount = 0
    var host: String?
    var isHostValid = true
    var lengthCount = 0
    var length: Int?
    var codingCount = 0
    var transferEncoding: String?
    var contentType: String?
    var contentEncoding: String?
    var accept: String?
    var traceParent = TraceParent.absent
    var hasUpgrade = false
    var expectsContinue = false

    init(isGet: Bool) { self.isGet = isGet }

    mutating func note(name: String, value text: String) {
        let value = text.withoutTrailingSpace
        switch name.utf8.count {
        case 4 where name.isFieldName("host"):
            hostCount += 1
            isHostValid = value.isHost
            if isGet { host = value }
        case 6 where isGet && name.isFieldName("accept"):
            // Several are one list (RFC 9110, section 5.3).
            accept = accept.map { "\($0),\(value)" } ?? value
        case 6 where name.isFieldName("expect"):
            expectsContinue = value.isFieldName("100-continue")
        case 7 where name.isFieldName("upgrade"):
            hasUpgrade = true
        case 11 where name.isFieldName("traceparent"):
            var value = value
            value.withUTF8 { unsafe traceParent.note($0) }
        case 12 where name.isFieldName("content-type"):
            // The first decides, as everywhere.
            contentType = contentType ?? value
        case 14 where name.isFieldName("content-length"):
            lengthCount += 1
            // `Int("+5")` is 5, but a length is digits only.
            length = value.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(value) : nil
        case 16 where name.isFieldName("content-encoding"):
            contentEncoding = contentEncoding ?? value
        case 17 where name.isFieldName("transfer-encoding"):
            codingCount += 1
            transferEncoding = value
        case _:
            break
        }
    }
}

extension String {
    /// The codec drops the white space before a value, and keeps what is behind it (RFC 9112, section 5.1).
    fileprivate var withoutTrailingSpace: String {
        let last = unsafe utf8.withContiguousStorageIfAvailable { bytes in
            unsafe bytes.isEmpty ? 0 : bytes[bytes.count - 1]
        }
        if let last, last != UInt8(ascii: " "), last != UInt8(ascii: "\t") { return self }
        var end = utf8.endIndex
        while end > utf8.startIndex {
            let last = utf8.index(before: end)
            guard utf8[last] == UInt8(ascii: " ") || utf8[last] == UInt8(ascii: "\t") else { break }
            end = last
        }
        return String(self[..<end])
    }

    /// Whether every byte is one of a name or an address with its port (RFC 3986, section 3.2.2); nothing is a host, too.
    fileprivate var isHost: Bool {
        var text = self
        return text.withUTF8 { bytes in
            unsafe bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                // Digits and the colon, `&'()*+,-.`
                case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "&")...UInt8(ascii: "."): true
                case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "~"): true
                case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: ";"), UInt8(ascii: "="): true
                default: false
                }
            }
        }
    }

    /// Whether this is `lowercase`, ASCII, in either case.
    fileprivate func isFieldName(_ lowercase: StaticString) -> Bool {
        // Over the bytes themselves: the views' own iterators took a third of reading a head.
        var text = self
        return text.withUTF8 { bytes in
            lowercase.withUTF8Buffer { letters in
                unsafe bytes.elementsEqual(letters) { byte, letter in
                    byte == letter || (UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte && byte | 0x20 == letter)
                }
            }
        }
    }
}
