internal import CNghttp2
internal import NIOCore

/// The header fields of an answer, laid out as the library wants them: pointers into one run of bytes.
struct HTTP2AnswerFields {
    private struct Field {
        var nameLength: Int
        var valueLength: Int
    }

    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    init(_ response: HTTPResponse) {
        bytes.reserveCapacity(128)
        fields.reserveCapacity(3 + response.headers.count)
        append(":status", String(response.status))
        if let contentType = response.contentType { append("content-type", contentType) }
        if response.status != 204 && response.status != 304 {
            append("content-length", String(response.body.readableBytes))
        }
        for (name, value) in response.headers {
            append(name, value)
        }
    }

    private mutating func append(_ name: String, _ value: String) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: value.utf8.lazy.map(HTTPFieldBytes.clean))
        fields.append(Field(nameLength: name.utf8.count, valueLength: value.utf8.count))
    }

    /// Lends the fields for the time of one call; the library copies them.
    ///
    /// Neither pointer may leave the closure.
    mutating func withNameValues<Result>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result) -> Result {
        let fields = fields
        return unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: fields.count) { pairs in
                // `bytes` holds at least ":status", so it has an address.
                var position = bytes.baseAddress
                for index in fields.indices {
                    let field = fields[index]
                    let value = unsafe position.map { unsafe $0 + field.nameLength }
                    unsafe pairs.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: position,
                            value: value,
                            namelen: field.nameLength,
                            valuelen: field.valueLength,
                            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
                        )
                    )
                    unsafe position = value.map { unsafe $0 + field.valueLength }
                }
                defer { unsafe pairs.deinitialize() }
                return unsafe body(UnsafeBufferPointer(pairs))
            }
        }
    }
}
