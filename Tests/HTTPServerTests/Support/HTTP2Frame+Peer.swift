import NIOCore
import TestWire

extension HTTP2Frame {
    /// Takes the next whole frame out of a buffer.
    init?(from buffer: inout ByteBuffer) {
        guard let high = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            let low = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt16.self)
        else { return nil }
        let length = Int(high) << 16 | Int(low)
        guard buffer.readableBytes >= 9 + length else { return nil }
        buffer.moveReaderIndex(forwardBy: 3)
        self.init(
            kind: buffer.readInteger() ?? 0,
            flags: buffer.readInteger() ?? 0,
            stream: buffer.readInteger() ?? 0,
            payload: buffer.readBytes(length: length) ?? []
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
        if let name { block += indexedField(name, value) }
        block += [UInt8](repeating: lastIndexed, count: times)
        return HTTP2Frame(.headers, flags: endStream | endHeaders, stream: stream, payload: block)
    }
}
