/// One HTTP/2 frame, as it is on the wire (RFC 9113, section 4.1).
package struct HTTP2Frame: Sendable {
    package enum Kind: UInt8, Sendable {
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

    package static let endStream: UInt8 = 0x1
    package static let acknowledgement: UInt8 = 0x1
    package static let endHeaders: UInt8 = 0x4

    package var kind: UInt8
    package var flags: UInt8
    package var stream: UInt32
    package var payload: [UInt8]

    package init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
        self.kind = kind.rawValue
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// A frame of a type that has no name here.
    package init(kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    package var bytes: [UInt8] {
        [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), kind, flags]
            + Self.integer(stream) + payload
    }

    package func `is`(_ kind: Kind) -> Bool { self.kind == kind.rawValue }

    package func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    /// The 32 bits at an offset of the payload: error codes, stream numbers, increments.
    package func word(at offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    package static func integer(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    package static func settings(_ pairs: [(UInt16, UInt32)] = []) -> HTTP2Frame {
        HTTP2Frame(.settings, payload: pairs.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] + integer($1) })
    }

    package static func headers(
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

    package static func data(_ stream: UInt32, _ text: String, endStream: Bool = true) -> HTTP2Frame {
        HTTP2Frame(.data, flags: endStream ? Self.endStream : 0, stream: stream, payload: Array(text.utf8))
    }

    package static func reset(_ stream: UInt32, code: UInt32 = 8) -> HTTP2Frame {
        HTTP2Frame(.reset, stream: stream, payload: integer(code))
    }

    package static func windowUpdate(_ stream: UInt32, by increment: UInt32) -> HTTP2Frame {
        HTTP2Frame(.windowUpdate, stream: stream, payload: integer(increment))
    }

    /// What a client says before its first frame (RFC 9113, section 3.4).
    package static let preface: [UInt8] = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    package static func ping() -> HTTP2Frame {
        HTTP2Frame(.ping, payload: Array("pingpong".utf8))
    }

    /// A field that goes into the table of fields.
    package static func indexedField(_ name: String, _ value: String) -> [UInt8] {
        [0x40] + literal(name) + literal(value)
    }

    /// The field that went there last.
    package static let lastIndexed: UInt8 = 0x80 | 62

    /// Fields in the plainest HPACK there is: literals without indexing and without Huffman coding.
    package static func literalFields(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + literal($0) + literal($1) }
    }

    /// A string as HPACK has it: its length with a prefix of seven bits, and its bytes as they are (RFC 7541, section 5.2).
    package static func literal(_ text: String) -> [UInt8] {
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
