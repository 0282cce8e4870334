import TestWire

/// RFC 9113, section 5: the states of streams, their numbers, and errors.
extension HTTP2Case {
    static let streams: [HTTP2Case] = idle + halfClosed + closed + numbers + errors

    private static let idle: [HTTP2Case] = [
        .init("RFC 9113, 5.1", "http2/5.1/1", "DATA before a head", [.frames(.data(1, "test"))], .ends(.protocol)),
        .init("RFC 9113, 5.1", "http2/5.1/2", "RST_STREAM before a head", [.frames(.reset(1))], .ends(.protocol)),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/3",
            "WINDOW_UPDATE before a head",
            [.frames(.windowUpdate(1, by: 100))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/4",
            "CONTINUATION before a head",
            [.frames(.continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
    ]

    private static let halfClosed: [HTTP2Case] = [
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/5",
            "DATA behind the end of the request",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.data(1, "test"))],
            .ends(.streamClosed)
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/6",
            "HEADERS behind the end of the request",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.headers(1, [("x", "y")]))],
            .ends(.streamClosed)
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/7",
            "CONTINUATION behind the end of the request",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
    ]

    /// RFC 9113 leaves the choice; RFC 7540, which the list is from, wanted the error.
    private static let forgotten =
        "STREAM_CLOSED: a stream that has ended takes no memory, and frames on it are counted"

    private static let closed: [HTTP2Case] = [
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/8",
            "DATA on a stream the client took back is ignored",
            [.frames(.upload(1), .reset(1), .data(1, "test"))],
            .lives,
            insteadOf: forgotten
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/9",
            "HEADERS on a stream the client took back are ignored",
            [.frames(.upload(1), .reset(1), .headers(1, [("x", "y")]))],
            .lives,
            insteadOf: forgotten
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/10",
            "CONTINUATION on a stream the client took back",
            [.frames(.upload(1), .reset(1), .continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/11",
            "DATA on a stream that has ended is ignored",
            [.frames(.request(1)), .awaitAnswer(1), .frames(.data(1, "test"))],
            .lives,
            insteadOf: forgotten
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/12",
            "HEADERS on a stream that has ended are ignored",
            [.frames(.request(1)), .awaitAnswer(1), .frames(.headers(1, [("x", "y")]))],
            .lives,
            insteadOf: forgotten
        ),
        .init(
            "RFC 9113, 5.1",
            "http2/5.1/13",
            "CONTINUATION on a stream that has ended",
            [.frames(.request(1)), .awaitAnswer(1), .frames(.continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 5.1",
            nil,
            "WINDOW_UPDATE and RST_STREAM on a stream that has ended are ignored",
            [.frames(.request(1)), .awaitAnswer(1), .frames(.windowUpdate(1, by: 1), .reset(1))],
            .lives
        ),
    ]

    private static let numbers: [HTTP2Case] = [
        .init("RFC 9113, 5.1.1", "http2/5.1.1/1", "an even number", [.frames(.request(2))], .ends(.protocol)),
        .init(
            "RFC 9113, 5.1.1",
            "http2/5.1.1/2",
            "a number less than the last is ignored",
            [.frames(.upload(5), .request(3))],
            .lives,
            insteadOf: "PROTOCOL_ERROR: nghttp2 takes it for late trailers of a stream that has ended"
        ),
        .init(
            "RFC 9113, 5.1.2",
            "http2/5.1.2/1",
            "one stream more than announced",
            [.send((0...250).flatMap { HTTP2Frame.upload(1 + 2 * $0).bytes })],
            .ends(.protocol)
        ),
        .init(
            "RFC 7540, 5.3.1",
            "http2/5.3.1/1",
            "HEADERS that depend on themselves",
            [.frames(.block(1, [0, 0, 0, 1, 15] + HTTP2Frame.shortRequest, flags: HTTP2Frame.prioritized))],
            .ends(.protocol)
        ),
        .init(
            "RFC 7540, 5.3.1",
            "http2/5.3.1/2",
            "PRIORITY that depends on itself is ignored",
            [.frames(.priority(1, on: 1), .request(1))],
            .answers(1, "GET / 0"),
            insteadOf: "PROTOCOL_ERROR: RFC 9113 has no such thing"
        ),
    ]

    private static let errors: [HTTP2Case] = [
        .init(
            "RFC 9113, 5.4.1",
            "http2/5.4.1/1",
            "an error of the connection closes it",
            [.frames(HTTP2Frame(.ping, payload: [0, 0, 0, 0, 0, 0]))],
            .closes
        ),
        .init(
            "RFC 9113, 5.4.1",
            "http2/5.4.1/2",
            "an error of the connection is told first",
            [.frames(HTTP2Frame(.ping, payload: [0, 0, 0, 0, 0, 0]))],
            .says { $0.goAways.map(\.code) == [6] }
        ),
        .init(
            "RFC 9113, 5.4.2",
            nil,
            "an error of a stream leaves the others",
            [.frames(.headers(1, HTTP2Peer.get("/", [("Upper", "case")])), .request(3))],
            .answers(3, "GET / 0")
        ),
    ]
}
