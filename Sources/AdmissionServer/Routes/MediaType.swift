/// Media types of requests (RFC 9110, section 8.3.1).
enum MediaType {
    static let json = "application/json"

    /// Whether a `Content-Type` says JSON; parameters such as `charset` make no difference.
    static func isJSON(_ contentType: String) -> Bool {
        // What an API server sends.
        if contentType == json { return true }
        var contentType = contentType
        // The bytes are lent for the call; the views of a String take many times as long to walk over.
        return contentType.withUTF8 { bytes in
            var end = unsafe bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
            var start = 0
            while start < end, unsafe isBlank(bytes[start]) { start += 1 }
            while start < end, unsafe isBlank(bytes[end - 1]) { end -= 1 }
            return unsafe bytes[start..<end].elementsEqual(json.utf8) { lowercased($0) == $1 }
        }
    }

    /// Whether a `Content-Encoding` says that there is none (RFC 9110, section 12.5.3), in whatever case.
    static func isIdentity(_ encoding: String) -> Bool {
        encoding.utf8.elementsEqual("identity".utf8) { lowercased($0) == $1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
