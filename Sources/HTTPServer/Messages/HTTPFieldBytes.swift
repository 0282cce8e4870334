/// Which bytes a field value may hold (RFC 9110, section 5.5): tab, and everything from space up but DEL.
enum HTTPFieldBytes {
    static func isAllowed(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == 0x09
    }

    /// Whether every byte of `text` is.
    static func areAllowed(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { unsafe $0.allSatisfy(isAllowed) }
    }

    /// The byte itself, or a space in the place of one that no field may hold.
    static func clean(_ byte: UInt8) -> UInt8 {
        isAllowed(byte) ? byte : 0x20
    }
}
