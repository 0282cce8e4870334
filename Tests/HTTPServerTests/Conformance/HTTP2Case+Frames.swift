import TestWire

/// RFC 9113, sections 3 and 4: how a connection begins, and how frames are laid out.
extension HTTP2Case {
    private static let largestPayload = 1 << 14

    static let frames: [HTTP2Case] = [
        .init("RFC 9113, 3.4", "http2/3.5/1", "the server says SETTINGS first", [], .says { $0.firstKind == 4 }),
        .init(
            "RFC 9113, 3.4",
            "http2/3.5/2",
            "another preface ends the connection",
            settings: nil,
            [.send(Array("INVALID CONNECTION PREFACE\r\n\r\n".utf8))],
            .closes
        ),
        .init(
            "RFC 9113, 3.4",
            nil,
            "a preface without SETTINGS ends the connection",
            settings: nil,
            [.send(HTTP2Frame.preface + HTTP2Frame.ping().bytes)],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 4.1",
            "http2/4.1/1",
            "a frame of an unknown type is ignored",
            [.frames(HTTP2Frame(kind: 0xFF, stream: 0, payload: Array("unknown".utf8)), .request(1))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 4.1",
            "http2/4.1/2",
            "a flag that means nothing is ignored",
            [.frames(HTTP2Frame(.ping, flags: 0x16, payload: Array("pingpong".utf8)))],
            .says { $0.pingAcknowledgements.count == 1 }
        ),
        .init(
            "RFC 9113, 4.1",
            "http2/4.1/3",
            "the reserved bit of the stream's number is ignored",
            [.frames(HTTP2Frame(.ping, stream: 0x8000_0000, payload: Array("pingpong".utf8)))],
            .says { $0.pingAcknowledgements.count == 1 }
        ),
        .init(
            "RFC 9113, 4.2",
            "http2/4.2/1",
            "a frame of the largest size is taken",
            [.frames(.upload(1), .data(1, String(repeating: "x", count: largestPayload)))],
            .answers(1, "POST / \(largestPayload)")
        ),
        .init(
            "RFC 9113, 4.2",
            "http2/4.2/2",
            "DATA of more than the largest size",
            [.frames(.upload(1), .data(1, String(repeating: "x", count: largestPayload + 1)))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 4.2",
            "http2/4.2/3",
            "HEADERS of more than the largest size",
            [.frames(.headers(1, HTTP2Peer.get("/", [("x", String(repeating: "x", count: largestPayload))])))],
            .ends(.frameSize)
        ),
        .init(
            "RFC 9113, 4.3",
            "http2/4.3/1",
            "a block of fields that cannot be decoded",
            [.frames(.block(1, [0x40, 0x01, 0x61]))],
            .ends(.compression)
        ),
        .init(
            "RFC 9113, 4.3",
            "http2/4.3/2",
            "PRIORITY within a block of fields",
            [.frames(.beginning(1), .priority(1), .continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 4.3",
            "http2/4.3/3",
            "HEADERS of another stream within a block of fields",
            [.frames(.beginning(1), .request(3), .continuation(1, [("x", "y")]))],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 5.5",
            "http2/5.5/1",
            "a frame of an extension is ignored",
            [.frames(HTTP2Frame(kind: 0x16, stream: 0, payload: Array(repeating: 0, count: 8)))],
            .lives
        ),
        .init(
            "RFC 9113, 5.5",
            "http2/5.5/2",
            "a frame of an extension within a block of fields",
            [
                .frames(
                    .beginning(1),
                    HTTP2Frame(kind: 0x16, stream: 0, payload: Array(repeating: 0, count: 8)),
                    .continuation(1, [("x", "y")])
                )
            ],
            .ends(.protocol)
        ),
        .init(
            "RFC 9113, 5.5",
            nil,
            "a frame of an extension on a stream that has begun is ignored",
            [.frames(.upload(1), HTTP2Frame(kind: 0x16, stream: 1, payload: [1]), .data(1, "body"))],
            .answers(1, "POST / 4")
        ),
    ]
}
