/// Frames of HTTP/2 as an input has them, and as they are on the wire.
enum HTTP2Bytes {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// A frame (RFC 9113, section 4.1).
    static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        var bytes = Array(integer(UInt32(payload.count)).dropFirst())
        bytes += [kind, flags]
        bytes += integer(stream)
        return bytes + payload
    }

    /// The same in an input: kind, flags, stream and length in a byte each, so that a mutation of one leaves the others whole.
    static func record(_ kind: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        [kind, flags, stream, UInt8(payload.count)] + payload
    }

    /// The frames of an input of records; a length over 127 is one of that many times eight less.
    static func frames(of records: ArraySlice<UInt8>) -> [[UInt8]] {
        var (frames, rest) = ([[UInt8]](), records)
        while rest.count >= 4 {
            let head = Array(rest.prefix(4))
            let length = head[3] < 128 ? Int(head[3]) : Int(head[3] - 127) * 128
            let payload = Array(rest.dropFirst(4).prefix(length))
            rest = rest.dropFirst(4 + length)
            // Kinds that exist more often than others.
            let kind = head[0] < 240 ? head[0] % 12 : head[0]
            frames.append(frame(kind, flags: head[1], stream: UInt32(head[2]), payload))
        }
        return frames
    }

    static func integer(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// Fields as literals without Huffman coding; `isKept` puts them into the table of fields.
    static func fields(_ fields: [(String, String)], isKept: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            bytes.append(isKept ? 0x40 : 0)
            for text in [name, value] {
                bytes.append(UInt8(text.utf8.count))
                bytes += Array(text.utf8)
            }
        }
        return bytes
    }

    static func head(_ method: String, _ path: String, _ more: [(String, String)] = []) -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":authority", "h"), (":path", path)] + more
    }
}
