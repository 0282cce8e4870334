/// RFC 9112, section 9, and what RFC 9110 says of methods, expectations and status codes: the course of a connection.
extension HTTP1Case {
    static let connections: [HTTP1Case] = [
        .init("RFC 9112, 9.3", "a connection is kept", get("/"), [200]),
        .init(
            "RFC 9112, 9.3.2",
            "requests in a row are answered in order",
            get("/1") + post("/2", body: "x") + get("/3"),
            [200, 200, 200]
        ) {
            $0.prefix(3).map(\.body) == ["GET /1 0", "POST /2 1", "GET /3 0"]
        },
        .init("RFC 9112, 9.3.2", "an error ends a row", get("/1") + "x\r\n\r\n" + get("/2"), [200, 400], kept: false),
        .init("RFC 9112, 9.6", "close", get("/", fields: "Connection: close\r\n"), [200], kept: false),
        .init("RFC 9110, 7.6.1", "close in upper case", get("/", fields: "Connection: CLOSE\r\n"), [200], kept: false),
        .init("RFC 9110, 7.6.1", "close in a list", get("/", fields: "Connection: x, close\r\n"), [200], kept: false),
        .init(
            "RFC 9112, 9.6",
            "close and keep-alive",
            get("/", fields: "Connection: keep-alive, close\r\n"),
            [200],
            kept: false
        ),
        .init("RFC 9110, 7.6.1", "an option nobody knows", get("/", fields: "Connection: x\r\nX: y\r\n"), [200]),
        .init("RFC 9112, 9.3", "HTTP/1.0 is not kept", "GET / HTTP/1.0\r\nHost: h\r\n\r\n", [200], kept: false),
        .init(
            "RFC 9112, 9.3",
            "HTTP/1.0 is kept when it asks",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            [200]
        ) {
            $0[0].fields["connection"] == "keep-alive"
        },
        .init(
            "RFC 9110, 7.8",
            "another protocol is not changed to",
            get("/", fields: "Connection: upgrade\r\nUpgrade: h2c\r\n"),
            [200],
            kept: false
        ),
        .init("RFC 9113, 3.4", "a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], kept: false),
        .init(
            "RFC 9110, 9.3.2",
            "HEAD is answered without a body",
            "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
            [200],
            headCount: 1
        ) {
            $0[0].fields["content-length"] == "8"
        },
        .init("RFC 9110, 8.6", "an answer has its length", get("/"), [200]) { $0[0].fields["content-length"] == "7" },
        .init(
            "RFC 9110, 6.6.1",
            "an answer has a date",
            get("/"),
            [200],
            insteadOf: "Date: no client of a webhook keeps an answer"
        ) { $0[0].fields["date"] == nil },
        .init(
            "RFC 9110, 10.1.1",
            "a client that waits to go on is told to",
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            [100, 200]
        ),
        .init(
            "RFC 9110, 10.1.1",
            "in any case",
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc",
            [100, 200]
        ),
        .init(
            "RFC 9110, 10.1.1",
            "not where there is no body",
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
            [200]
        ),
        .init(
            "RFC 9110, 10.1.1",
            "not in HTTP/1.0",
            "POST / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            [200]
        ),
        .init(
            "RFC 9110, 10.1.1",
            "not when the body is refused",
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
            [413],
            kept: false
        ),
        .init("RFC 9110, 10.1.1", "an expectation nobody knows", get("/", fields: "Expect: tea\r\n"), [200]),
    ]

    static let limits: [HTTP1Case] = [
        .init(
            "RFC 9110, 15.5.14",
            "a body of the largest length",
            post("/", body: String(repeating: "x", count: 1000)),
            [200]
        ),
        .init(
            "RFC 9110, 15.5.14",
            "a body of more, announced",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n",
            [413],
            kept: false
        ),
        .init(
            "RFC 9110, 15.5.14",
            "a body of more, in chunks",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(String(repeating: "x", count: 1000))\r\n1\r\nx\r\n",
            [413],
            kept: false
        ),
        .init(
            "RFC 6585, 5",
            "a field of more than the largest head",
            get("/", fields: "X: \(String(repeating: "x", count: 16_500))\r\n"),
            [431],
            kept: false
        ),
        .init(
            "RFC 6585, 5",
            "fields of more than the largest head",
            get("/", fields: (0..<20).map { "X\($0): \(String(repeating: "x", count: 900))\r\n" }.joined()),
            [431],
            kept: false
        ),
        .init(
            "RFC 6585, 5",
            "a field too many",
            get("/", fields: String(repeating: "X: y\r\n", count: 100)),
            [431],
            kept: false
        ),
        .init(
            "RFC 6585, 5",
            "as many fields as may be",
            get("/", fields: String(repeating: "X: y\r\n", count: 99)),
            [200]
        ),
        .init(
            "RFC 9112, 3",
            "a target of more than the largest head",
            get("/" + String(repeating: "a", count: 16_500)),
            [431],
            kept: false,
            insteadOf: "414: the codec does not say what was too long, the answer names the limit"
        ),
        .init(
            "RFC 6585, 5",
            "trailers of more than the largest head",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \(String(repeating: "x", count: 16_500))\r\n\r\n",
            [431],
            kept: false
        ),
    ]
}
