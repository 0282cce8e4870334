import TestWire

/// RFC 9113, sections 6.7 to 6.9: PING, GOAWAY and the windows.
extension HTTP2Case {
    static let windowed: [HTTP2Case] = pings + windowUpdates + windows

    private static let pings: [HTTP2Case] = [
        .init(
            "RFC 9113, 6.7",
            "http2/6.7/1",
            "PING is answered with what it said",
            [.frames(HTTP2Frame(.ping, payload: Array("h2 is it".utf8)))],
            .says { $0.pingAcknowledgements.map(\.payload) == [Array("h2 is it".utf8)] }
        ),
        .init(
            "RFC 9113, 6.7",
            "http2/6.7/2",
            "the answer to a PING is not answered",
            [.frames(HTTP2Frame(.ping, flags: 1, payload: Array("pingpong".utf8)), .ping(), .request(1))],
            .says { $0.answers[1]?.isComplete == true && $0.pingAcknowledgements.count == 1 }
        ),
        .init(
            "RFC 9113, 6.7",
            "http2/6.7/3",
            "PING on a stream",
            [.frames(HTTP2Frame(.ping, stream: 1, payload: Array("pingpong".utf8)))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.7",
            "http2/6.7/4",
            "PING of another length",
            [.frames(HTTP2Frame(.ping, payload: Array("six...".utf8)))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 6.8",
            "http2/6.8/1",
            "GOAWAY on a stream",
            [.frames(HTTP2Frame(.goAway, stream: 1, payload: [UInt8](repeating: 0, count: 8)))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.8",
            nil,
            "GOAWAY lets what was asked before be answered",
            settings: [(4, 0)],
            [
                .frames(.request(1)), .awaitHead(1),
                .frames(HTTP2Frame(.goAway, payload: [UInt8](repeating: 0, count: 8)), .windowUpdate(1, by: 100)),
            ],
            .says { $0.answers[1]?.body == "GET / 0" }
        ),
        .init(
            "RFC 9113, 6.8",
            nil,
            "GOAWAY of another length",
            [.frames(HTTP2Frame(.goAway, payload: [0, 0, 0, 0]))],
            .ends(.frameSize)
        ),
    ]

    private static let windowUpdates: [HTTP2Case] = [
        .init(
            "RFC 9113, 6.9",
            "http2/6.9/1",
            "the connection's window grows by nothing",
            [.frames(.windowUpdate(0, by: 0))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.9",
            "http2/6.9/2",
            "a stream's window grows by nothing",
            [.frames(.upload(1), .windowUpdate(1, by: 0))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 6.9",
            "http2/6.9/3",
            "WINDOW_UPDATE of another length",
            [.frames(HTTP2Frame(.windowUpdate, payload: [0, 0, 1]))],
            .ends(.frameSize)
        ),
    ]

    private static let windows: [HTTP2Case] = [
        .init(
            "RFC 9113, 6.9.1",
            "http2/6.9.1/1",
            "no more is sent than the window takes",
            settings: [(4, 1)],
            [.frames(.request(1))],
            .says { $0.dataLengths == [1] }
        ),
        .init(
            "RFC 9113, 6.9.1",
            "http2/6.9.1/2",
            "the connection's window grows past the maximum",
            [.frames(.windowUpdate(0, by: 0x7FFF_FFFF), .windowUpdate(0, by: 0x7FFF_FFFF))],
            .ends(.flowControl)
        ),
        .init(
            "RFC 9113, 6.9.1",
            "http2/6.9.1/3",
            "a stream's window grows past the maximum",
            [.frames(.upload(1), .windowUpdate(1, by: 0x7FFF_FFFF), .windowUpdate(1, by: 0x7FFF_FFFF))],
            .resets(1, .flowControl)
        ),
        .init(
            "RFC 9113, 6.9.2",
            "http2/6.9.2/1",
            "a change of the first window changes those of all streams",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.settings([(4, 1)]))],
            .says { $0.dataLengths.first == 1 }
        ),
        .init(
            "RFC 9113, 6.9.2",
            "http2/6.9.2/2",
            "a window may be less than nothing",
            settings: [(4, 3)],
            [
                .frames(.request(1)), .awaitHead(1), .frames(.settings([(4, 2)])), .awaitSettings(2),
                .frames(.windowUpdate(1, by: 2)),
            ],
            .says { $0.dataLengths == [3, 1] }
        ),
        .init(
            "RFC 9113, 6.9.2",
            nil,
            "a change that takes a stream's window past the maximum",
            [.frames(.upload(1), .windowUpdate(1, by: 1), .settings([(4, 0x7FFF_FFFF)]))],
            .resets(1, .flowControl),
            insteadOf: "the end of the connection: nghttp2 ends the stream"
        ),
        .init(
            "RFC 9113, 6.9.2",
            "http2/6.9.2/3",
            "a first window past the maximum",
            [.frames(.settings([(4, 1 << 31)]))],
            .ends(.flowControl)
        ),
        .init(
            "RFC 9113, 6.9",
            nil,
            "an empty DATA needs no window",
            settings: [(4, 0)],
            [
                .frames(
                    .headers(1, [(":method", "HEAD"), (":scheme", "https"), (":authority", "h"), (":path", "/")])
                )
            ],
            .says { $0.answers[1]?.isComplete == true }
        ),
    ]
}
