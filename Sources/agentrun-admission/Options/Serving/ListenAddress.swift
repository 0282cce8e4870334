internal import ArgumentParser

/// An address or a name to listen on, without the brackets that IPv6 addresses have in URLs.
struct ListenAddress: ExpressibleByArgument {
    let text: String

    /// This machine alone.
    static let loopback = ListenAddress(text: "127.0.0.1")

    private init(text: String) { self.text = text }

    var defaultValueDescription: String { text }

    /// Nil for what cannot be one: brackets around something else, half of them, or nothing.
    init?(argument: String) {
        let bytes = Array(argument.utf8)
        let (open, close, colon) = (UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"))
        if bytes.first == open, bytes.last == close, bytes.contains(colon) {
            text = String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
        } else {
            text = argument
        }
        guard !text.isEmpty, !text.utf8.contains(open), !text.utf8.contains(close) else { return nil }
    }
}
