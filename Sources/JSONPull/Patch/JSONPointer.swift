/// A JSON Pointer (RFC 6901) as the keys and indices it leads along.
package struct JSONPointer: Equatable, Sendable {
    package var tokens: [ExactString]

    /// - Parameter text: empty, or each step behind a slash.
    package init(_ text: String) {
        tokens = ExactString(text).split(at: "/").dropFirst().map(Self.unescaped)
    }

    private static func unescaped(_ token: ExactString) -> ExactString {
        guard token.has(UInt8(ascii: "~")) else { return token }
        var bytes: [UInt8] = []
        for byte in token.string.utf8 {
            let isEscaped = bytes.last == UInt8(ascii: "~") && (byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1"))
            guard isEscaped else {
                bytes.append(byte)
                continue
            }
            // A tilde that was one stands as it is, and takes nothing more.
            bytes[bytes.count - 1] = byte == UInt8(ascii: "1") ? UInt8(ascii: "/") : 0xFF
        }
        return ExactString(String(decoding: bytes.map { $0 == 0xFF ? UInt8(ascii: "~") : $0 }, as: UTF8.self))
    }

    /// A key as a pointer has it.
    package static func token(_ key: String) -> String {
        ExactString(ExactString(key).replacing("~", with: "~0").string).replacing("/", with: "~1").string
    }

    /// The place in which the last step is.
    package var parent: JSONPointer {
        var parent = self
        _ = parent.tokens.popLast()
        return parent
    }
}
