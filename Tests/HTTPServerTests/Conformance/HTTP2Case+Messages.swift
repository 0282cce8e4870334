import TestWire

/// RFC 9113, section 8: requests.
extension HTTP2Case {
    static let messages: [HTTP2Case] = pseudoFields + requiredFields + fields + lengths

    private static func get(
        _ title: String,
        _ section: String,
        _ listed: String?,
        _ fields: [(String, String)]
    ) -> HTTP2Case {
        .init("RFC 9113, \(section)", listed, title, [.frames(.headers(1, fields))], .resets(1, .protocol))
    }

    private static let pseudoFields: [HTTP2Case] = [
        get("a pseudo-field nobody knows", "8.3", "http2/8.1.2.1/1", HTTP2Peer.get("/", [(":test", "ok")])),
        get("a pseudo-field of answers", "8.3", "http2/8.1.2.1/2", HTTP2Peer.get("/", [(":status", "200")])),
        .init(
            "RFC 9113, 8.1",
            "http2/8.1.2.1/3",
            "a pseudo-field in trailers",
            [.frames(.upload(1), .data(1, "test", endStream: false), .headers(1, [(":method", "POST")]))],
            .resets(1, .protocol)
        ),
        get("a pseudo-field behind a field", "8.3", "http2/8.1.2.1/4", [("x", "y")] + HTTP2Peer.get("/")),
        get("a pseudo-field for another protocol", "8.3", nil, HTTP2Peer.get("/", [(":protocol", "websocket")])),
    ]

    private static let requiredFields: [HTTP2Case] = [
        get("an empty path", "8.3.1", "http2/8.1.2.3/1", HTTP2Peer.get("")),
        get("no method", "8.3.1", "http2/8.1.2.3/2", HTTP2Peer.get("/").filter { $0.0 != ":method" }),
        get("no scheme", "8.3.1", "http2/8.1.2.3/3", HTTP2Peer.get("/").filter { $0.0 != ":scheme" }),
        get("no path", "8.3.1", "http2/8.1.2.3/4", HTTP2Peer.get("/").filter { $0.0 != ":path" }),
        get("two methods", "8.3.1", "http2/8.1.2.3/5", [(":method", "GET")] + HTTP2Peer.get("/")),
        get("two schemes", "8.3.1", "http2/8.1.2.3/6", [(":scheme", "https")] + HTTP2Peer.get("/")),
        get("two paths", "8.3.1", "http2/8.1.2.3/7", [(":path", "/")] + HTTP2Peer.get("/")),
        get("two authorities", "8.3.1", nil, [(":authority", "h")] + HTTP2Peer.get("/")),
        get("neither authority nor host", "8.3.1", nil, HTTP2Peer.get("/").filter { $0.0 != ":authority" }),
        get("a path that does not begin with a slash", "8.3.1", nil, HTTP2Peer.get("a")),
        .init(
            "RFC 9113, 8.3.1",
            nil,
            "a host in the place of an authority",
            [.frames(.headers(1, HTTP2Peer.get("/").filter { $0.0 != ":authority" } + [("host", "h")]))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 8.3.1",
            nil,
            "OPTIONS of the server as a whole",
            [.frames(.headers(1, HTTP2Peer.get("*").map { $0.0 == ":method" ? ($0.0, "OPTIONS") : $0 }))],
            .answers(1, "OPTIONS * 0")
        ),
        get(
            "CONNECT with a path",
            "8.5",
            nil,
            HTTP2Peer.get("/").map { $0.0 == ":method" ? ($0.0, "CONNECT") : $0 }
        ),
        get("CONNECT without an authority", "8.5", nil, [(":method", "CONNECT")]),
    ]

    private static let fields: [HTTP2Case] = [
        get("a name in upper case", "8.2.1", "http2/8.1.2/1", HTTP2Peer.get("/", [("X-Test", "ok")])),
        get(
            "a field of the connection",
            "8.2.2",
            "http2/8.1.2.2/1",
            HTTP2Peer.get("/", [("connection", "keep-alive")])
        ),
        get("TE of more than trailers", "8.2.2", "http2/8.1.2.2/2", HTTP2Peer.get("/", [("te", "trailers, deflate")])),
        get("Transfer-Encoding", "8.2.2", nil, HTTP2Peer.get("/", [("transfer-encoding", "chunked")])),
        get("Upgrade", "8.2.2", nil, HTTP2Peer.get("/", [("upgrade", "h2c")])),
        get("Keep-Alive", "8.2.2", nil, HTTP2Peer.get("/", [("keep-alive", "5")])),
        get("Proxy-Connection", "8.2.2", nil, HTTP2Peer.get("/", [("proxy-connection", "close")])),
        get("a value with a line break", "8.2.1", nil, HTTP2Peer.get("/", [("x", "a\r\nb: c")])),
        get("a value with a NUL", "8.2.1", nil, HTTP2Peer.get("/", [("x", "a\u{0}b")])),
        get("a value that begins with a space", "8.2.1", nil, HTTP2Peer.get("/", [("x", " a")])),
        get("a value that ends with a tab", "8.2.1", nil, HTTP2Peer.get("/", [("x", "a\t")])),
        get("a name with a space", "8.2.1", nil, HTTP2Peer.get("/", [("x y", "a")])),
        get("a name with a colon", "8.2.1", nil, HTTP2Peer.get("/", [("x:y", "a")])),
        get("a name of nothing", "8.2.1", nil, HTTP2Peer.get("/", [("", "a")])),
        get("a name that is not ASCII", "8.2.1", nil, HTTP2Peer.get("/", [("ü", "a")])),
        .init(
            "RFC 9113, 8.2.2",
            nil,
            "TE of trailers",
            [.frames(.headers(1, HTTP2Peer.get("/", [("te", "trailers")])))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 8.2.3",
            nil,
            "a cookie in pieces",
            [.frames(.headers(1, HTTP2Peer.get("/", [("cookie", "a=b"), ("cookie", "c=d")])))],
            .answers(1, "GET / 0")
        ),
    ]

    private static let lengths: [HTTP2Case] = [
        .init(
            "RFC 9113, 8.1",
            "http2/8.1/1",
            "a second head that does not end the request",
            [.frames(.upload(1), .headers(1, [("x", "y")], endStream: false))],
            .resets(1, .protocol)
        ),
        .init(
            "RFC 9113, 8.1.1",
            "http2/8.1.2.6/1",
            "a length that is not the body's",
            [.frames(.upload(1, [("content-length", "1")]), .data(1, "test"))],
            .resets(1, .protocol)
        ),
        .init(
            "RFC 9113, 8.1.1",
            "http2/8.1.2.6/2",
            "a length that is not the body's in two pieces",
            [.frames(.upload(1, [("content-length", "1")]), .data(1, "te", endStream: false), .data(1, "st"))],
            .resets(1, .protocol)
        ),
        .init(
            "RFC 9113, 8.1.1",
            nil,
            "a length of more than comes",
            [.frames(.upload(1, [("content-length", "5")]), .data(1, "test"))],
            .resets(1, .protocol)
        ),
        .init(
            "RFC 9113, 8.1.1",
            nil,
            "a length that is not the body's before trailers",
            [
                .frames(
                    .upload(1, [("content-length", "5")]),
                    .data(1, "test", endStream: false),
                    .headers(1, [("x", "y")])
                )
            ],
            .resets(1, .protocol)
        ),
        get("a length without a body", "8.1.1", nil, HTTP2Peer.get("/", [("content-length", "5")])),
        get("a length that is no number", "8.1.1", nil, HTTP2Peer.get("/", [("content-length", "x")])),
        get(
            "a length no body has",
            "8.1.1",
            nil,
            HTTP2Peer.get("/", [("content-length", "99999999999999999999")])
        ),
        get("two lengths", "8.1.1", nil, HTTP2Peer.get("/", [("content-length", "0"), ("content-length", "0")])),
        .init(
            "RFC 9113, 8.1",
            nil,
            "an answer before the end of the request, and a reset without blame",
            [.frames(.upload(1, [("content-length", "99000000")]))],
            .says { $0.answers[1]?.status == "413" && $0.answers[1]?.resetCode == 0 }
        ),
        .init(
            "RFC 9113, 10.5.1",
            nil,
            "a head over the announced limit is answered 431",
            [.frames(.headers(1, HTTP2Peer.get("/", [("x", String(repeating: "x", count: 16_300))])))],
            .status(1, "431")
        ),
    ]
}
