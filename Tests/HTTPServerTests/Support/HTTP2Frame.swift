import NIOCore

/// One HTTP/2 frame, as it is on the wire (RFC 9113, section 4.1).
struct HTTP2Frame {
    enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case priority = 2
        case reset = 3
        case settings = 4
        case pushPromise = 5
        case ping = 6
        case goAway = 7
        case windowUpdate = 8
        case continuation = 9
    }

    static let endStream: UInt8 = 0x1
    static let acknowledgement: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4

    var kind: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]

    init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
        self.kind = kind.rawValue
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// A frame of a type that has no name here.
    init(kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// Takes the next whole frame out of a buffer.
    init?(from buffer: inout ByteBuffer) {
        guard let high = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            let low = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt16.self)
        else { return nil }
        let length = Int(high) << 16 | Int(low)
        guard buffer.readableBytes >= 9 + length else { return nil }
        buffer.moveReaderIndex(forwardBy: 3)
        kind = buffer.readInteger() ?? 0
        flags = buffer.readInteger() ?? 0
        stream = buffer.readInteger() ?? 0
        payload = buffer.readBytes(length: length) ?? []
    }

    var bytes: [UInt8] {
        [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), kind, flags]
            + Self.integer(stream) + payload
    }

    func `is`(_ kind: Kind) -> Bool { self.kind == kind.rawValue }

    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    /// The 32 bits at an offset of the payload: error codes, stream numbers, increments.
    func word(at offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func integer(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    static func settings(_ pairs: [(UInt16, UInt32)] = []) -> HTTP2Frame {
        HTTP2Frame(.settings, payload: pairs.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] + integer($1) })
    }

    static func headers(
        _ stream: UInt32,
        _ fields: [(String, String)],
        endStream: Bool = true,
        endHeaders: Bool = true
    ) -> HTTP2Frame {
        HTTP2Frame(
            .headers,
            flags: (endStream ? Self.endStream : 0) | (endHeaders ? Self.endHeaders : 0),
            stream: stream,
            payload: literalFields(fields)
        )
    }

    /// The head of a GET, with a field that goes into the table of fields, and references to the last that went there.
    static func indexedHeaders(
        _ stream: UInt32,
        _ name: String? = nil,
        _ value: String = "",
        times: Int
    ) -> HTTP2Frame {
        var block = literalFields(HTTP2Peer.get("/a"))
        if let name { block += [0x40] + literal(name) + literal(value) }
        block += [UInt8](repeating: 0x80 | 62, count: times)
        return HTTP2Frame(.headers, flags: endStream | endHeaders, stream: stream, payload: block)
    }

    static func data(_ stream: UInt32, _ text: String, endStream: Bool = true) -> HTTP2Frame {
        HTTP2Frame(.data, flags: endStream ? Self.endStream : 0, stream: stream, payload: Array(text.utf8))
    }

    static func reset(_ stream: UInt32, code: UInt32 = 8) -> HTTP2Frame {
        HTTP2Frame(.reset, stream: stream, payload: integer(code))
    }

    static func windowUpdate(_ stream: UInt32, by increment: UInt32) -> HTTP2Frame {
        HTTP2Frame(.windowUpdate, stream: stream, payload: integer(increment))
    }

    static func ping() -> HTTP2Frame {
        HTTP2Frame(.ping, payload: Array("pingpong".utf8))
    }

    /// Fields in the plainest HPACK there is: literals without indexing and without Huffman coding.
    static func literalFields(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + literal($0) + literal($1) }
    }

    private static func literal(_ text: String) -> [UInt8] {
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
}
