/// HTTP/2 by hand, for clients that keep to no rule.
enum HTTP2Bytes {
    enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case settings = 4
        case ping = 6
        case windowUpdate = 8
    }

    static let endStream: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4

    /// What a client says first: the preface and SETTINGS.
    static func greeting(_ settings: [(UInt16, UInt32)] = []) -> [UInt8] {
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            + frame(.settings, payload: settings.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] + integer($1) })
    }

    static func frame(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) -> [UInt8] {
        frame(kind: kind.rawValue, flags: flags, stream: stream, payload: payload)
    }

    static func frame(kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) -> [UInt8] {
        [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), kind, flags]
            + integer(stream) + payload
    }

    static let question: [UInt8] = Array("question".utf8)

    /// A PING, and its answer.
    static let ping = frame(.ping, payload: question)
    static let pong = frame(.ping, flags: 1, payload: question)

    /// The head of a review, without its body.
    static func review(_ stream: UInt32, _ more: [UInt8] = []) -> [UInt8] {
        let fields = [
            (":method", "POST"), (":scheme", "https"), (":authority", "h"), (":path", "/validate"),
            ("content-type", "application/json"),
        ]
        return frame(.headers, flags: endHeaders, stream: stream, payload: fields.flatMap(literal) + more)
    }

    /// A whole review.
    static func review(_ stream: UInt32, body: [UInt8]) -> [UInt8] {
        review(stream) + frame(.data, flags: endStream, stream: stream, payload: body)
    }

    /// A GET.
    static func get(_ stream: UInt32, _ path: String) -> [UInt8] {
        let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "h"), (":path", path)]
        return frame(.headers, flags: endHeaders | endStream, stream: stream, payload: fields.flatMap(literal))
    }

    /// A field that goes into the table of fields.
    static func indexed(_ name: String, _ value: String) -> [UInt8] { [0x40] + text(name) + text(value) }

    /// The field that went there last.
    static let last: UInt8 = 0x80 | 62

    private static func literal(_ name: String, _ value: String) -> [UInt8] { [0] + text(name) + text(value) }

    private static func text(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var length = text.utf8.count
        if length < 127 {
            bytes.append(UInt8(length))
        } else {
            bytes.append(127)
            length -= 127
            while length >= 128 {
                bytes.append(UInt8(length & 0x7F) | 0x80)
                length >>= 7
            }
            bytes.append(UInt8(length))
        }
        return bytes + Array(text.utf8)
    }

    private static func integer(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
