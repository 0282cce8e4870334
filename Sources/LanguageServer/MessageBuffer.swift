/// Takes messages out of a stream of bytes: a header part, of which `Content-Length` counts, and so many bytes of JSON (Language
/// Server Protocol 3.17, "Base Protocol").
package struct MessageBuffer {
    /// Bytes of a header; an editor's has some forty.
    private static let maximumHeaderBytes = 8 << 10
    /// Bytes of a message: a text as large as `check` reads, escaped.
    private static let maximumMessageBytes = 160 << 20

    package enum Failure: Error {
        /// Nothing that follows can be told apart.
        case noMessage
    }

    private var bytes: [UInt8] = []
    /// Bytes of ``bytes`` that were handed out.
    private var start = 0

    package init() {}

    package mutating func append(_ more: ArraySlice<UInt8>) {
        if start > 0 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes += more
    }

    /// The next message; nil until there is a whole one.
    package mutating func next() throws(Failure) -> ArraySlice<UInt8>? {
        guard let end = endOfHeader else {
            if bytes.count - start > Self.maximumHeaderBytes { throw .noMessage }
            return nil
        }
        guard let count = contentLength(upTo: end), count <= Self.maximumMessageBytes else { throw .noMessage }
        let body = end + 4
        guard bytes.count - body >= count else { return nil }
        start = body + count
        return bytes[body..<start]
    }

    /// Where the empty line starts that ends the header.
    private var endOfHeader: Int? {
        var index = start
        let last = min(bytes.count, start + Self.maximumHeaderBytes) - 3
        while index < last {
            if bytes[index] == 0x0D, bytes[index + 1] == 0x0A, bytes[index + 2] == 0x0D, bytes[index + 3] == 0x0A {
                return index
            }
            index += 1
        }
        return nil
    }

    private func contentLength(upTo end: Int) -> Int? {
        for line in bytes[start..<end].split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            guard name.elementsEqual("content-length".utf8) else { continue }
            let digits = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
            let isNumber = !digits.isEmpty && digits.count < 12 && digits.allSatisfy { (0x30...0x39).contains($0) }
            return isNumber ? digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
        }
        return nil
    }

    /// A message with its header.
    package static func framed(_ json: [UInt8]) -> [UInt8] {
        Array("Content-Length: \(json.count)\r\n\r\n".utf8) + json
    }
}
