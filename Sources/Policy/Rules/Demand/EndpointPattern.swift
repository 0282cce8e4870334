internal import AgentRuns
internal import JSONPull

/// A pattern over endpoints: `scheme://host[:port][/path]`, of which each part is matched by itself, so that no `*` reaches into
/// the next.
struct EndpointPattern: Sendable {
    private let scheme: Glob
    private let host: Glob
    /// Nil for the scheme's own.
    private let port: Glob?
    /// Nil for any.
    private let path: Glob?

    /// - Returns: nil where ``problem(with:)`` says why.
    init?(_ pattern: ExactString) {
        guard Self.problem(with: pattern) == nil, let parts = Parts(pattern), let scheme = Glob(parts.scheme),
            let host = Glob(parts.host)
        else { return nil }
        (self.scheme, self.host) = (scheme, host)
        port = parts.port.flatMap { Glob($0) }
        path = parts.path.flatMap { Glob($0) }
    }

    func matches(_ address: WebAddress) -> Bool {
        guard scheme.matches(address.scheme), host.matches(address.host.text) else { return false }
        let isPort =
            port.map { $0.matches(ExactString(String(address.port))) } ?? (address.port == address.defaultPort)
        return isPort && path.map { $0.matches(address.path) } ?? true
    }

    /// What is wrong with a pattern; nil where nothing is.
    static func problem(with pattern: ExactString) -> String? {
        if pattern.isBlank { return "a blank pattern matches nothing" }
        guard let parts = Parts(pattern) else { return "must be scheme://host[:port][/path]" }
        if !parts.scheme.has(UInt8(ascii: "*")), parts.scheme != "http", parts.scheme != "https" {
            return "only http and https are posted to"
        }
        if parts.host.isEmpty { return "it names no host" }
        if pattern.has(UInt8(ascii: "@")) { return "no endpoint with an @ before its host is allowed" }
        if pattern.has(UInt8(ascii: "?")) || pattern.has(UInt8(ascii: "#")) {
            return "query and fragment do not count"
        }
        let isPort = parts.port?.string.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "*")
        }
        if isPort == false || parts.port?.isEmpty == true { return "its port is no number" }
        if !parts.host.has(UInt8(ascii: "*")), WebHost(parts.host) == nil {
            return "it names no host that a URL can have"
        }
        return nil
    }

    /// A pattern, cut.
    private struct Parts {
        var scheme: ExactString = "https"
        var host: ExactString
        var port: ExactString?
        var path: ExactString?

        init?(_ pattern: ExactString) {
            var rest = pattern.trimmed
            if let (before, behind) = rest.cut(atFirst: "://") { (scheme, rest) = (before.asciiLowercased, behind) }
            if let (before, behind) = rest.cut(atFirst: "/") { (rest, path) = (before, ExactString("/\(behind)")) }
            host = rest
            // A colon in brackets is none of a port.
            if let (before, behind) = rest.cut(atLast: ":"), !behind.has(UInt8(ascii: "]")) {
                (host, port) = (before, behind)
            }
            if scheme.isEmpty { return nil }
            host = host.asciiLowercased
            // The same address may be written in many ways.
            if !host.has(UInt8(ascii: "*")), let known = WebHost(host) { host = known.text }
        }
    }
}
