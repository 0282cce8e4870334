internal import JSONPull

/// Where an API server is: the parts of `cluster.server`.
package struct ServerAddress: Equatable, Sendable, CustomStringConvertible {
    package var isTLS: Bool
    /// A DNS name or an IP address without brackets.
    package var host: String
    package var port: Int
    /// In front of every request's path, without a slash at its end; mostly empty.
    package var path: String

    /// Host and port as a `Host` field has them.
    package var authority: String { "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)" }

    /// The address as it is written.
    package var description: String { "\(isTLS ? "https" : "http")://\(authority)\(path)" }

    /// Whether `byte` may stand in an address: a visible character of ASCII (RFC 3986, section 2).
    ///
    /// None that begins user information, a query or a fragment. What is left can go into a request's head and to a person's
    /// terminal as it is.
    private static func isOfAddress(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"@?#".utf8.contains(byte)
    }

    /// Reads `host[:port]`; nil when `text` is anything else.
    init?(pair text: String, isTLS: Bool) {
        guard !text.utf8.contains(UInt8(ascii: "/")) else { return nil }
        self.init("\(isTLS ? "https" : "http")://\(text)")
    }

    /// Reads `https://host[:port][/path]`; nil when `text` is none.
    package init?(_ text: String) {
        let text = ExactString(text)
        let rest: ExactString
        if let behind = text.dropping(prefix: "https://") {
            (isTLS, rest) = (true, behind)
        } else if let behind = text.dropping(prefix: "http://") {
            (isTLS, rest) = (false, behind)
        } else {
            return nil
        }
        guard rest.string.utf8.allSatisfy(Self.isOfAddress) else { return nil }
        var (authority, path) = rest.cut(atFirst: "/") ?? (rest, "")
        while let shorter = path.dropping(suffix: "/") { path = shorter }
        self.path = path.isEmpty ? "" : "/\(path)"
        var port: ExactString?
        if let bracketed = authority.dropping(prefix: "[") {
            guard let (address, behind) = bracketed.cut(atFirst: "]") else { return nil }
            authority = address
            guard behind.isEmpty || behind.starts(with: ":") else { return nil }
            port = behind.dropping(prefix: ":")
        } else if let (name, number) = authority.cut(atFirst: ":") {
            (authority, port) = (name, number)
        }
        guard !authority.isEmpty else { return nil }
        host = authority.string
        self.port = isTLS ? 443 : 80
        if let port {
            guard let number = Int(port.string), (1...65_535).contains(number) else { return nil }
            self.port = number
        }
    }
}
