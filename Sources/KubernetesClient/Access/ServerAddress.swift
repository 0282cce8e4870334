/// Where an API server is: the parts of `cluster.server`.
package struct ServerAddress: Equatable, Sendable, CustomStringConvertible {
    package var isTLS: Bool
    /// A DNS name or an IP address without brackets.
    package var host: String
    package var port: Int
    /// In front of every request's path, without a slash at its end; mostly empty.
    package var path: String

    /// Host and port as a `Host` field has them.
    package var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// The address as it is written.
    package var description: String { "\(isTLS ? "https" : "http")://\(authority)\(path)" }

    /// Reads `https://host[:port][/path]`; nil when `text` is none.
    package init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else { return nil }
        isTLS = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        guard !rest.contains(where: { "@?# \r\n\t".contains($0) }) else { return nil }
        var portText: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            portText = authority[authority.index(after: end)...]
            guard portText.isEmpty || portText.hasPrefix(":") else { return nil }
        } else {
            host = String(authority.prefix { $0 != ":" })
            portText = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { return nil }
        port = isTLS ? 443 : 80
        if !portText.isEmpty {
            guard let number = Int(portText.dropFirst()), (1...65_535).contains(number) else { return nil }
            port = number
        }
    }
}
