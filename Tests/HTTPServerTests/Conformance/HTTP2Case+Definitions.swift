import TestWire

/// RFC 9113, sections 6.1 to 6.5 and 7: what each type of frame may say.
extension HTTP2Case {
    static let definitions: [HTTP2Case] = data + heads + resets + settingsFrames + windowed

    private static let data: [HTTP2Case] = [
        .init("RFC 9113, 6.1", "http2/6.1/1", "DATA on no stream", [.frames(.data(0, "test"))], .ends(.protocol)),
        .init(
            "RFC 9113, 6.1",
            "http2/6.1/2",
            "DATA when the client has ended the stream",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.data(1, "test", endStream: false))],
            .ends(.streamClosed)
        ),
        .init(
            "RFC 9113, 6.1",
            "http2/6.1/3",
            "DATA with more padding than it is long",
            [
                .frames(
                    .upload(1),
                    HTTP2Frame(
                        .data,
                        flags: HTTP2Frame.endStream | HTTP2Frame.padded,
                        stream: 1,
                        payload: [5] + Array("test".utf8)
                    )
                )
            ],
            .ends(.protocol)
        ),
    ]

    private static let heads: [HTTP2Case] = [
        .init(
            "RFC 9113, 6.2",
            "http2/6.2/1",
            "PRIORITY behind a HEADERS that is to go on",
            [.frames(.beginning(1), .priority(1), .continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.2",
            "http2/6.2/2",
            "HEADERS of another stream behind one that is to go on",
            [.frames(.beginning(1), .headers(3, HTTP2Peer.get("/")))],
            .ends(.protocol)
        ),
        .init("RFC 9113, 6.2", "http2/6.2/3", "HEADERS on no stream", [.frames(.request(0))], .ends(.protocol)),
        .init(
            "RFC 9113, 6.2",
            "http2/6.2/4",
            "HEADERS with more padding than they are long",
            [.frames(.block(1, [UInt8(HTTP2Frame.shortRequest.count + 1)] + HTTP2Frame.shortRequest, flags: 0x8))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.3",
            "http2/6.3/1",
            "PRIORITY on no stream",
            [.frames(.priority(0))],
            .lives,
            insteadOf: "PROTOCOL_ERROR: nghttp2 reads no PRIORITY at all"
        ),
        .init(
            "RFC 9113, 6.3",
            "http2/6.3/2",
            "PRIORITY of another length",
            [.frames(HTTP2Frame(.priority, stream: 1, payload: [0, 0, 0, 0]))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 6.10",
            "http2/6.10/1",
            "a head in many frames",
            [
                .frames(
                    .beginning(1),
                    .continuation(1, [("a", "")], endHeaders: false),
                    .continuation(1, [("b", "")], endHeaders: false),
                    .continuation(1, [])
                )
            ],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.10",
            "http2/6.10/2",
            "DATA behind a CONTINUATION that is to go on",
            [.frames(.beginning(1), .continuation(1, [("x", "y")], endHeaders: false), .data(1, "test"))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.10",
            "http2/6.10/3",
            "CONTINUATION on no stream",
            [.frames(.beginning(1), .continuation(0, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.10",
            "http2/6.10/4",
            "CONTINUATION behind a HEADERS that says it is all",
            [.frames(.upload(1), .continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.10",
            "http2/6.10/5",
            "CONTINUATION behind one that says it is all",
            [
                .frames(
                    .headers(1, HTTP2Peer.post("/"), endStream: false, endHeaders: false),
                    .continuation(1, [("x", "y")]),
                    .continuation(1, [("x", "y")])
                )
            ],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.10",
            "http2/6.10/6",
            "CONTINUATION behind DATA",
            [.frames(.upload(1), .data(1, "test", endStream: false), .continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
    ]

    private static let resets: [HTTP2Case] = [
        .init("RFC 9113, 6.4", "http2/6.4/1", "RST_STREAM on no stream", [.frames(.reset(0))], .ends(.protocol)),
        .init(
            "RFC 9113, 6.4",
            "http2/6.4/2",
            "RST_STREAM on a stream that is not there yet",
            [.frames(.reset(1))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.4",
            "http2/6.4/3",
            "RST_STREAM of another length",
            [.frames(.upload(1), HTTP2Frame(.reset, stream: 1, payload: [0, 0, 0]))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 7",
            "http2/7/1",
            "GOAWAY with a code nobody knows is like any other",
            [.frames(HTTP2Frame(.goAway, payload: [0, 0, 0, 0, 0, 0, 0, 0xFF]))],
            .says { $0.isClosed && $0.goAways.allSatisfy { $0.code == 0 } }
        ),
        .init(
            "RFC 9113, 7",
            "http2/7/2",
            "RST_STREAM with a code nobody knows is like any other",
            [.frames(.upload(1), .reset(1, code: 0xFF))],
            .lives
        ),
    ]

    private static let settingsFrames: [HTTP2Case] = [
        .init(
            "RFC 9113, 6.5",
            "http2/6.5/1",
            "an acknowledgement that says something",
            [.frames(HTTP2Frame(.settings, flags: 1, payload: [0, 1, 0, 0, 0, 0]))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 6.5",
            "http2/6.5/2",
            "SETTINGS on a stream",
            [.frames(HTTP2Frame(.settings, stream: 1, payload: [0, 3, 0, 0, 0, 1]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.5",
            "http2/6.5/3",
            "SETTINGS of another length",
            [.frames(HTTP2Frame(.settings, payload: [0, 3, 0]))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 6.5.2",
            "http2/6.5.2/1",
            "ENABLE_PUSH that is neither 0 nor 1",
            [.frames(.settings([(2, 2)]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.5.2",
            "http2/6.5.2/2",
            "INITIAL_WINDOW_SIZE over the maximum",
            [.frames(.settings([(4, 1 << 31)]))],
            .ends(.flowControl)
        ),
        .init(
            "RFC 9113, 6.5.2",
            "http2/6.5.2/3",
            "MAX_FRAME_SIZE under the minimum",
            [.frames(.settings([(5, (1 << 14) - 1)]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.5.2",
            "http2/6.5.2/4",
            "MAX_FRAME_SIZE over the maximum",
            [.frames(.settings([(5, 1 << 24)]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.5.2",
            "http2/6.5.2/5",
            "a setting nobody knows is ignored",
            [.frames(.settings([(0xFF, 1)]), .request(1))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.5.3",
            "http2/6.5.3/1",
            "of one setting twice the last counts",
            settings: [(4, 100), (4, 1)],
            [.frames(.request(1))],
            .says { $0.dataLengths.first == 1 }
        ),
        .init(
            "RFC 9113, 6.5.3",
            "http2/6.5.3/2",
            "SETTINGS are acknowledged as they come",
            [.frames(.settings(), .settings(), .settings())],
            .says { $0.settingsAcknowledgements == 4 }
        ),
        .init(
            "RFC 9113, 8.4",
            "http2/8.2/1",
            "PUSH_PROMISE of a client",
            [.frames(HTTP2Frame(.pushPromise, flags: 4, stream: 1, payload: [0, 0, 0, 2] + HTTP2Frame.shortRequest))],
            .ends(.protocol)
        ),
    ]
}
