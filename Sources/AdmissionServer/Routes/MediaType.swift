/// Media types of requests (RFC 9110, section 8.3.1).
enum MediaType {
    static let json = "application/json"

    /// Whether a `Content-Type` says JSON; parameters such as `charset` make no difference.
    static func isJSON(_ contentType: String) -> Bool {
        // As a kube-apiserver sends it.
        if contentType == json { return true }
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }
        guard let start = type.firstIndex(where: { !isBlank($0) }), let end = type.lastIndex(where: { !isBlank($0) })
        else { return false }
        return type[start...end].elementsEqual(json.utf8) { lowercased($0) == $1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
