import TestWire

/// What every client does.
extension HTTP2Case {
    static let exchanges: [HTTP2Case] = [
        .init("RFC 9113, 3.4", "generic/1/1", "the client's preface is taken", [], .lives),
        .init(
            "RFC 9113, 5.1",
            "generic/2/1",
            "PRIORITY may name a stream that is not there yet",
            [.frames(.priority(1), .request(1))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 5.1",
            "generic/2/2",
            "WINDOW_UPDATE may come when the client has ended the stream",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.windowUpdate(1, by: 100))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 5.1",
            "generic/2/3",
            "PRIORITY may come when the client has ended the stream",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.priority(1), .windowUpdate(1, by: 100))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 5.1",
            "generic/2/4",
            "RST_STREAM may come when the client has ended the stream",
            settings: [(4, 0)],
            [.frames(.request(1)), .awaitHead(1), .frames(.reset(1))],
            .lives
        ),
        .init(
            "RFC 9113, 5.1",
            "generic/2/5",
            "PRIORITY may name a stream that has ended",
            [.frames(.request(1)), .awaitAnswer(1), .frames(.priority(1))],
            .lives
        ),
        .init(
            "RFC 9113, 6.1",
            "generic/3.1/1",
            "a body in one DATA",
            [.frames(.upload(1), .data(1, "body"))],
            .answers(1, "POST / 4")
        ),
        .init(
            "RFC 9113, 6.1",
            "generic/3.1/2",
            "a body in several DATA",
            [.frames(.upload(1), .data(1, "bo", endStream: false), .data(1, "dy"))],
            .answers(1, "POST / 4")
        ),
        .init(
            "RFC 9113, 6.1",
            "generic/3.1/3",
            "a body in a padded DATA",
            [
                .frames(
                    .upload(1),
                    HTTP2Frame(
                        .data,
                        flags: HTTP2Frame.endStream | HTTP2Frame.padded,
                        stream: 1,
                        payload: [3] + Array("body".utf8) + [0, 0, 0]
                    )
                )
            ],
            .answers(1, "POST / 4")
        ),
        .init(
            "RFC 9113, 6.2",
            "generic/3.2/1",
            "a request in one HEADERS",
            [.frames(.request(1))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.2",
            "generic/3.2/2",
            "a request in a padded HEADERS",
            [.frames(.block(1, [2] + HTTP2Frame.shortRequest + [0, 0], flags: HTTP2Frame.padded))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.2",
            "generic/3.2/3",
            "a request in a HEADERS with a priority",
            [.frames(.block(1, [0, 0, 0, 0, 15] + HTTP2Frame.shortRequest, flags: HTTP2Frame.prioritized))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.3",
            "generic/3.3/1",
            "PRIORITY of the least weight",
            [.frames(.priority(1, weight: 0), .request(1))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.3",
            "generic/3.3/2",
            "PRIORITY of the greatest weight",
            [.frames(.priority(1, weight: 255), .request(1))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.3",
            "generic/3.3/3",
            "PRIORITY below another stream",
            [.frames(.priority(3, on: 1), .request(3))],
            .answers(3, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.3",
            "generic/3.3/4",
            "PRIORITY that excludes others",
            [.frames(.priority(3, on: 0x8000_0001), .request(3))],
            .answers(3, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.3",
            "generic/3.3/5",
            "PRIORITY does not begin the stream it names",
            [.frames(.priority(5), .request(3))],
            .answers(3, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.4",
            "generic/3.4/1",
            "a request is taken back",
            [.frames(.upload(1), .reset(1))],
            .lives
        ),
        .init(
            "RFC 9113, 6.5",
            "generic/3.5/1",
            "SETTINGS are acknowledged",
            [.frames(.settings([(3, 100)]))],
            .says { $0.settingsAcknowledgements == 2 }
        ),
        .init(
            "RFC 9113, 6.7",
            "generic/3.7/1",
            "PING is answered",
            [.frames(.ping())],
            .says { $0.pingAcknowledgements.count == 1 }
        ),
        .init(
            "RFC 9113, 6.8",
            "generic/3.8/1",
            "a client that has said GOAWAY and waits for nothing is let go",
            [.frames(HTTP2Frame(.goAway, payload: [UInt8](repeating: 0, count: 8)))],
            .says { $0.isClosed && $0.goAways.allSatisfy { $0.code == 0 } }
        ),
        .init(
            "RFC 9113, 6.9",
            "generic/3.9/1",
            "the window of the connection grows",
            [.frames(.windowUpdate(0, by: 1))],
            .lives
        ),
        .init(
            "RFC 9113, 6.9",
            "generic/3.9/2",
            "the window of a stream grows",
            [.frames(.upload(1), .windowUpdate(1, by: 1), .data(1, "body"))],
            .answers(1, "POST / 4")
        ),
        .init(
            "RFC 9113, 6.10",
            "generic/3.10/1",
            "a head in two frames",
            [.frames(.beginning(1), .continuation(1, [("x", "y")]))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 9113, 6.10",
            "generic/3.10/2",
            "a head in three frames",
            [.frames(.beginning(1), .continuation(1, [("x", "y")], endHeaders: false), .continuation(1, [("z", "")]))],
            .answers(1, "GET / 0")
        ),
        .init("RFC 9113, 8.1", "generic/4/1", "GET", [.frames(.request(1, "/a?b"))], .answers(1, "GET /a 0")),
        .init(
            "RFC 9113, 8.1",
            "generic/4/2",
            "HEAD is answered without a body",
            [
                .frames(
                    .headers(1, [(":method", "HEAD"), (":scheme", "https"), (":authority", "h"), (":path", "/")])
                )
            ],
            .says { $0.answers[1]?.isComplete == true && $0.answers[1]?.status == "200" && $0.answers[1]?.body == "" }
        ),
        .init(
            "RFC 9113, 8.1",
            "generic/4/3",
            "POST",
            [.frames(.upload(1, [("content-length", "4")]), .data(1, "body"))],
            .answers(1, "POST / 4")
        ),
        .init(
            "RFC 9113, 8.1",
            "generic/4/4",
            "POST with trailers",
            [.frames(.upload(1), .data(1, "body", endStream: false), .headers(1, [("x", "y")]))],
            .answers(1, "POST / 4")
        ),
    ]
}
