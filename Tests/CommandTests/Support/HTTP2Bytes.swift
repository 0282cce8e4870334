import TestWire

/// What clients that keep to no rule say in HTTP/2.
enum HTTP2Bytes {
    /// What a client says first: the preface and SETTINGS.
    static func greeting(_ settings: [(UInt16, UInt32)] = []) -> [UInt8] {
        HTTP2Frame.preface + HTTP2Frame.settings(settings).bytes
    }

    private static let question = Array("question".utf8)

    /// A PING, and its answer.
    static let ping = HTTP2Frame(.ping, payload: question).bytes
    static let pong = HTTP2Frame(.ping, flags: HTTP2Frame.acknowledgement, payload: question).bytes

    /// The head of a review, without its body; `more` is the rest of its block of fields.
    static func review(_ stream: UInt32, _ more: [UInt8] = []) -> [UInt8] {
        let fields = [
            (":method", "POST"), (":scheme", "https"), (":authority", "h"), (":path", "/validate"),
            ("content-type", "application/json"),
        ]
        var head = HTTP2Frame.headers(stream, fields, endStream: false)
        head.payload += more
        return head.bytes
    }

    /// A whole review.
    static func review(_ stream: UInt32, body: [UInt8]) -> [UInt8] {
        review(stream) + HTTP2Frame(.data, flags: HTTP2Frame.endStream, stream: stream, payload: body).bytes
    }

    /// A GET.
    static func get(_ stream: UInt32, _ path: String) -> [UInt8] {
        let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "h"), (":path", path)]
        return HTTP2Frame.headers(stream, fields).bytes
    }
}
