import CNghttp2

/// The client's side of header compression.
///
/// Safe to use: the pointer is private and freed here.
@safe
final class HeaderDecoder {
    private var inflater: OpaquePointer?

    init() {
        _ = unsafe nghttp2_hd_inflate_new(&inflater)
    }

    deinit {
        unsafe nghttp2_hd_inflate_del(inflater)
    }

    /// The fields of one whole header block, as `name: value`.
    func decode(_ block: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        var position = 0
        while true {
            var pair = unsafe nghttp2_nv()
            var flags: Int32 = 0
            let rest = Array(block[position...])
            // Everything the library returns is copied before the next call.
            let count = unsafe nghttp2_hd_inflate_hd2(inflater, &pair, &flags, rest, rest.count, 1)
            guard count >= 0 else { return fields }
            position += count
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                let name = unsafe String(
                    decoding: UnsafeBufferPointer(start: pair.name, count: pair.namelen),
                    as: UTF8.self
                )
                let value = unsafe String(
                    decoding: UnsafeBufferPointer(start: pair.value, count: pair.valuelen),
                    as: UTF8.self
                )
                fields[name] = value
            }
            if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                _ = unsafe nghttp2_hd_inflate_end_headers(inflater)
                return fields
            }
            if count == 0 && flags == 0 { return fields }
        }
    }
}
