/// RFC 9112, sections 6 and 7: where a body ends, which is what requests are smuggled with.
extension HTTP1Case {
    private static func sized(_ length: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\(length)\r\n\r\n\(body)"
    }

    private static func coded(_ coding: String, _ body: String = "0\r\n\r\n") -> String {
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \(coding)\r\n\r\n\(body)"
    }

    private static func chunked(_ body: String) -> String { coded("chunked", body) }

    static let lengths: [HTTP1Case] = [
        body("RFC 9112, 6.2", "a length", sized(" 3", "abc"), 3),
        body("RFC 9112, 6.2", "a length of nothing", sized(" 0", ""), 0),
        body("RFC 9112, 6.3", "neither length nor coding", "POST / HTTP/1.1\r\nHost: h\r\n\r\n", 0),
        body("RFC 9110, 8.6", "a length with zeros before it", sized(" 003", "abc"), 3),
        body("RFC 9110, 8.6", "a length in spaces", sized("  3  ", "abc"), 3),
        .init(
            "RFC 9110, 5.5",
            "a tab behind a length",
            sized(" 3\t", "abc"),
            [400],
            kept: false,
            insteadOf: "the length: the codec takes only spaces there"
        ),
        .init(
            "RFC 9110, 9.3.1",
            "a GET with a body",
            "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            [200]
        ) {
            $0[0].body == "GET / 3"
        },
        body("RFC 9112, 6.1", "chunked in upper case", coded("CHUNKED"), 0),
        refused("RFC 9112, 6.3", "two lengths", sized(" 3\r\nContent-Length: 4", "abc")),
        refused("RFC 9112, 6.3", "twice the same length", sized(" 3\r\nContent-Length: 3", "abc")),
        refused("RFC 9112, 6.3", "a list of lengths", sized(" 3, 3", "abc")),
        refused("RFC 9112, 6.3", "an empty length", sized("", "abc")),
        refused("RFC 9112, 6.3", "a length with a sign", sized(" +3", "abc")),
        refused("RFC 9112, 6.3", "a length below nothing", sized(" -3", "abc")),
        refused("RFC 9112, 6.3", "a length in hexadecimal", sized(" 0x3", "abc")),
        refused("RFC 9112, 6.3", "a length with a point", sized(" 3.0", "abc")),
        refused("RFC 9112, 6.3", "a length in two words", sized(" 3 3", "abc")),
        refused("RFC 9112, 6.3", "a length in quotes", sized(" \"3\"", "abc")),
        refused("RFC 9112, 6.3", "a length no number holds", sized(" 99999999999999999999", "abc")),
        refused("RFC 9112, 6.3", "a length and a coding", sized(" 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused("RFC 9112, 6.3", "a coding and a length", coded("chunked\r\nContent-Length: 3")),
        refused("RFC 9112, 6.3", "a length and a coding nobody knows", sized(" 3\r\nTransfer-Encoding: x", "abc")),
        refused("RFC 9112, 6.1", "chunked twice", coded("chunked, chunked")),
        refused("RFC 9112, 6.1", "chunked in two fields", coded("chunked\r\nTransfer-Encoding: chunked")),
        refused("RFC 9112, 6.3", "chunked before another coding", coded("chunked, gzip")),
        refused(
            "RFC 9112, 6.3",
            "a coding behind chunked in a field of its own",
            coded("chunked\r\nTransfer-Encoding: x")
        ),
        refused("RFC 9112, 6.3", "a coding that only ends in chunked", coded("xchunked")),
        refused("RFC 9112, 6.3", "a coding that only begins with chunked", coded("chunkedx")),
        refused("RFC 9112, 6.3", "an empty coding", coded("")),
        refused("RFC 9112, 6.3", "identity", coded("identity")),
        refused("RFC 9112, 6.3", "chunked behind a vertical tab", coded("\u{B}chunked")),
        refused("RFC 9112, 6.3", "chunked in quotes", coded("\"chunked\"")),
        .init(
            "RFC 9112, 6.1",
            "a coding before chunked",
            coded("gzip, chunked"),
            [400],
            kept: false,
            insteadOf: "501: whoever sends it is told that only chunked is taken"
        ),
        refused(
            "RFC 9112, 6.1",
            "a coding in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
    ]

    static let chunks: [HTTP1Case] = [
        body("RFC 9112, 7.1", "chunks", chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), 5),
        body("RFC 9112, 7.1", "sizes in either case", chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"), 20),
        body("RFC 9112, 7.1", "a size with zeros before it", chunked("0003\r\nabc\r\n000\r\n\r\n"), 3),
        body("RFC 9112, 7.1.1", "an extension", chunked("3;a=b\r\nabc\r\n0;c\r\n\r\n"), 3),
        body("RFC 9112, 7.1.1", "an extension in quotes", chunked("3;a=\"b;c\"\r\nabc\r\n0\r\n\r\n"), 3),
        body("RFC 9112, 7.1.2", "trailers", chunked("3\r\nabc\r\n0\r\nX: y\r\n\r\n"), 3),
        refused("RFC 9110, 6.5.1", "a length in trailers", chunked("3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n")),
        body("RFC 9110, 6.5.1", "a host in trailers means nothing", chunked("3\r\nabc\r\n0\r\nHost: other\r\n\r\n"), 3),
        body("RFC 9112, 7.1", "a body that looks like a request", chunked("10\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n"), 16),
        refused("RFC 9112, 7.1", "a size that is no number", chunked("zz\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "an empty size", chunked("\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a size below nothing", chunked("-3\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a size with a sign", chunked("+3\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a size no number holds", chunked("fffffffffffffffff\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a space before a size", chunked(" 3\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a chunk shorter than its size", chunked("4\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a size that ends in CR alone", chunked("3\rabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a size that ends in LF alone", chunked("3\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1", "a chunk that ends in LF alone", chunked("3\r\nabc\n0\r\n\r\n")),
        refused("RFC 9112, 7.1.1", "an extension with a line feed", chunked("3;a\nb\r\nabc\r\n0\r\n\r\n")),
        refused("RFC 9112, 7.1.2", "a trailer with a space before its colon", chunked("0\r\nX : y\r\n\r\n")),
        refused("RFC 9112, 7.1.2", "a trailer without a colon", chunked("0\r\nGET / HTTP/1.1\r\n\r\n")),
    ]
}
