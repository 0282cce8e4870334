/// RFC 9112, sections 2 to 5: request lines, targets, Host and the other fields.
extension HTTP1Case {
    private static let noVersion = "400: the codec does not tell what is no version from one that is not spoken"

    static let requestLines: [HTTP1Case] = [
        .init("RFC 9112, 2.2", "an empty line before the request", "\r\n\r\n" + get("/"), [200]),
        .init(
            "RFC 9112, 2.3",
            "the answer's version is the server's",
            "GET / HTTP/1.0\r\nHost: h\r\n\r\n",
            [200],
            kept: false
        ),
        refused("RFC 9112, 2.2", "a line that ends in LF alone", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"),
        refused("RFC 9112, 2.2", "a CR in the request line", "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("RFC 9112, 2.2", "a space before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n"),
        refused("RFC 9112, 2.2", "what is no HTTP at all", "\u{1}\u{2}\u{3}\r\n\r\n"),
        refused("RFC 9112, 2.2", "a TLS record", "\u{16}\u{3}\u{1}\u{0}\u{5}hello\r\n\r\n"),
        refused("RFC 9112, 3", "a request line without a target", "GET HTTP/1.1\r\nHost: h\r\n\r\n"),
        .init(
            "RFC 9112, 3",
            "a request line without a version",
            "GET /\r\nHost: h\r\n\r\n",
            [505],
            kept: false,
            insteadOf: noVersion
        ),
        .init(
            "RFC 9112, 3",
            "a request line with a space too many",
            "GET / HTTP/1.1 x\r\nHost: h\r\n\r\n",
            [505],
            kept: false,
            insteadOf: noVersion
        ),
        refused("RFC 9112, 3", "a request line with tabs", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("RFC 9112, 3.1", "a method in lower case", "get / HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("RFC 9112, 3.1", "a method with a byte no token has", "GE{T / HTTP/1.1\r\nHost: h\r\n\r\n"),
        .init(
            "RFC 9110, 9.1",
            "a method nobody knows",
            "FROBNICATE / HTTP/1.1\r\nHost: h\r\n\r\n",
            [400],
            kept: false,
            insteadOf: "501: the codec knows only registered methods, and does not say what it met"
        ),
        .init("RFC 9110, 9.1", "a method the service may refuse", "PATCH / HTTP/1.1\r\nHost: h\r\n\r\n", [200]) {
            $0[0].body == "PATCH / 0"
        },
        refused("RFC 9112, 2.3", "a version in lower case", "GET / http/1.1\r\nHost: h\r\n\r\n"),
        .init(
            "RFC 9112, 2.3",
            "a version of three digits",
            "GET / HTTP/1.10\r\nHost: h\r\n\r\n",
            [505],
            kept: false,
            insteadOf: noVersion
        ),
        refused("RFC 9110, 15.6.6", "HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        refused("RFC 9110, 15.6.6", "HTTP/3.7", "GET / HTTP/3.7\r\nHost: h\r\n\r\n", 505),
        refused("RFC 9110, 15.6.6", "HTTP/0.9", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", 505),
        .init(
            "RFC 9110, 6.2",
            "a minor version that is not there yet",
            "GET / HTTP/1.2\r\nHost: h\r\n\r\n",
            [505],
            kept: false,
            insteadOf: "the highest version there is: nobody speaks it"
        ),
    ]

    static let targets: [HTTP1Case] = [
        .init("RFC 9112, 3.2.1", "a path and a query", get("/a?b"), [200]) { $0[0].body == "GET /a 0" },
        .init("RFC 9112, 3.2.2", "an absolute target", get("http://h/a"), [200]) { $0[0].body == "GET /a 0" },
        .init("RFC 9112, 3.2.2", "an absolute target of https without a path", get("https://h"), [200]) {
            $0[0].body == "GET / 0"
        },
        .init(
            "RFC 9112, 3.2.2",
            "the host of an absolute target goes before Host",
            "GET http://a/b HTTP/1.1\r\nHost: c\r\n\r\n",
            [200]
        ),
        .init(
            "RFC 9112, 3.2.3",
            "CONNECT ends the connection",
            "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
            [200],
            kept: false
        ),
        .init("RFC 9112, 3.2.4", "OPTIONS of the server as a whole", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", [200]) {
            $0[0].body == "OPTIONS * 0"
        },
        refused("RFC 9112, 3.2", "a target with a space", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("RFC 9112, 3.2", "a target with a control byte", "GET /a\u{1}b HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("RFC 9112, 3.2", "no Host", "GET / HTTP/1.1\r\n\r\n"),
        refused("RFC 9112, 3.2", "two Hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"),
        refused("RFC 9112, 3.2", "no Host beside an absolute target", "GET http://h/ HTTP/1.1\r\n\r\n"),
        refused("RFC 9112, 3.2", "a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        refused("RFC 9112, 3.2", "a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        refused("RFC 9112, 3.2", "a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        refused("RFC 9112, 3.2", "a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        .init("RFC 9112, 3.2", "an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", [200]),
        .init("RFC 9112, 3.2", "a Host of a Service", "GET / HTTP/1.1\r\nHost: a-1.b.svc:443\r\n\r\n", [200]),
        .init("RFC 9112, 3.2", "a Host of numbers", "GET / HTTP/1.1\r\nHost: [fe80::1]:8443\r\n\r\n", [200]),
        .init("RFC 9112, 3.2", "no Host in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200]),
    ]

    static let fields: [HTTP1Case] = [
        .init("RFC 9110, 5.1", "names in any case", "GET / HTTP/1.1\r\nhOST: h\r\n\r\n", [200]),
        .init("RFC 9112, 5", "no space behind the colon", "GET / HTTP/1.1\r\nHost:h\r\nX:y\r\n\r\n", [200]),
        .init("RFC 9112, 5", "white space around a value", "GET / HTTP/1.1\r\nHost: \t h \t\r\n\r\n", [200]),
        .init("RFC 9110, 5.5", "an empty value", get("/", fields: "X:\r\nY: \r\n"), [200]),
        .init("RFC 9110, 5.5", "a value that is not ASCII", get("/", fields: "X: ü\r\n"), [200]),
        .init(
            "RFC 9110, 5.5",
            "a value that is not UTF-8",
            bytes: Array("GET / HTTP/1.1\r\nHost: h\r\nX: ".utf8) + [0xFF, 0xFE] + Array("\r\n\r\n".utf8),
            [200]
        ),
        refused("RFC 9112, 5.1", "a space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n"),
        refused("RFC 9112, 5.1", "a name with a space", get("/", fields: "X y: z\r\n")),
        refused("RFC 9112, 5.1", "a name of nothing", get("/", fields: ": z\r\n")),
        refused("RFC 9112, 5.1", "a name with a byte no token has", get("/", fields: "X(y): z\r\n")),
        refused("RFC 9112, 5.1", "a line without a colon", get("/", fields: "Xyz\r\n")),
        refused("RFC 9112, 5.2", "a value that goes on in the next line", get("/", fields: "X: a\r\n b\r\n")),
        refused("RFC 9112, 5.2", "a value that goes on behind a tab", get("/", fields: "X: a\r\n\tb\r\n")),
        refused("RFC 9110, 5.5", "a value with a CR", get("/", fields: "X: a\rb\r\n")),
        refused("RFC 9110, 5.5", "a value with a NUL", get("/", fields: "X: a\u{0}b\r\n")),
        refused("RFC 9110, 5.5", "a value with a control byte", get("/", fields: "X: a\u{1}b\r\n")),
        refused("RFC 9110, 5.5", "a value with a DEL", get("/", fields: "X: a\u{7F}b\r\n")),
        refused("RFC 9112, 2.2", "a head that ends in CR CR LF", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n"),
    ]
}
