internal import JSONPull

/// Paths as URI references (RFC 3986).
enum FileURI {
    /// A relative reference for a relative path, a `file` URI for an absolute one, `stdin` for standard input: code scanning
    /// takes no scheme but `file`.
    static func reference(to path: String) -> String {
        if path == "-" { return "stdin" }
        var text = path.utf8.first == UInt8(ascii: "/") ? "file://" : ""
        var rest = ExactString(path)
        while let inner = rest.dropping(prefix: "./") { rest = inner }
        for byte in rest.string.utf8 {
            if isPlain(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return text
    }

    /// An unreserved character or the separator of segments.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~/".utf8.contains(byte)
        }
    }
}
