package import JSONPull

/// An address of HTTP as the URL standard's parser reads it (https://url.spec.whatwg.org, without a base URL), which is how the
/// `fetch` of the controller reads it.
package struct WebAddress: Sendable {
    /// Why a text is none that can be posted to.
    package enum Fault: Error {
        case noScheme
        /// Another scheme than `http` and `https`.
        case otherScheme
        /// Something stands before the host, with an `@` between, which a request may not have.
        case userInformation
        case noHost
        /// A character that no host has, or no address where one must be.
        case badHost
        /// A host that is not of ASCII: which one it is depends on the reader's tables.
        case foreignHost
        case badPort
    }

    /// Whether the scheme is `https`, else it is `http`.
    package let isSecure: Bool
    package let host: WebHost
    /// The scheme's own where none is written.
    package let port: Int
    /// With a slash at the start, without `.` and `..`, percent-encoded; no query and no fragment.
    package let path: ExactString

    /// `http` or `https`.
    package var scheme: ExactString { isSecure ? "https" : "http" }

    /// The port of the scheme.
    package var defaultPort: Int { isSecure ? 443 : 80 }

    /// - Throws: why `text` is none.
    package init(_ text: ExactString) throws(Fault) {
        let bytes = Self.stripped(text)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(bytes[..<colon]) else {
            throw .noScheme
        }
        switch bytes[..<colon].map({ $0 | 0x20 }) {
        case Array("http".utf8): isSecure = false
        case Array("https".utf8): isSecure = true
        default: throw .otherScheme
        }
        var rest = bytes[(colon + 1)...].drop(while: Self.isSlash)
        let end = rest.firstIndex { Self.isSlash($0) || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let authority = rest[..<(end ?? rest.endIndex)]
        rest = rest[(end ?? rest.endIndex)...]
        if authority.contains(UInt8(ascii: "@")) { throw .userInformation }
        let (name, digits) = Self.split(authority)
        if name.isEmpty { throw .noHost }
        host = try WebHost(name)
        port = try Self.port(digits) ?? (isSecure ? 443 : 80)
        path = Self.path(rest)
    }

    // MARK: Parts

    /// Without control characters and spaces at both ends, and without tabs and line ends anywhere.
    private static func stripped(_ text: ExactString) -> [UInt8] {
        var bytes = Array(text.string.utf8.drop { $0 <= 0x20 })
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        bytes.removeAll { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return bytes
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) else {
            return false
        }
        return bytes.allSatisfy { $0.isASCIIAlphanumeric || "+-.".utf8.contains($0) }
    }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }

    /// What is before and what is behind the first colon outside of brackets; nil where there is none.
    private static func split(_ authority: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
        var isInside = false
        for index in authority.indices {
            switch authority[index] {
            case UInt8(ascii: "["): isInside = true
            case UInt8(ascii: "]"): isInside = false
            case UInt8(ascii: ":") where !isInside: return (authority[..<index], authority[(index + 1)...])
            default: break
            }
        }
        return (authority, nil)
    }

    private static func port(_ digits: ArraySlice<UInt8>?) throws(Fault) -> Int? {
        guard let digits, !digits.isEmpty else { return nil }
        var port = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw .badPort }
            port = port * 10 + Int(byte - UInt8(ascii: "0"))
            if port > 65_535 { throw .badPort }
        }
        return port
    }

    /// Up to query or fragment; what is no slash at its start is one of those.
    private static func path(_ bytes: ArraySlice<UInt8>) -> ExactString {
        let end = bytes.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.endIndex
        let written = bytes[..<end]
        guard !written.isEmpty else { return "/" }
        var segments: [ArraySlice<UInt8>] = []
        let pieces = written.dropFirst().split(omittingEmptySubsequences: false, whereSeparator: isSlash)
        for (index, piece) in pieces.enumerated() {
            let dots = dots(piece)
            if dots == 2, !segments.isEmpty { segments.removeLast() }
            if dots == 0 { segments.append(piece) }
            // A directory ends in a slash.
            if dots > 0, index == pieces.count - 1 { segments.append([]) }
        }
        var text: [UInt8] = []
        for segment in segments {
            text.append(UInt8(ascii: "/"))
            for byte in segment { append(byte, to: &text) }
        }
        return text.isEmpty ? "/" : ExactString(String(decoding: text, as: UTF8.self))
    }

    /// 1 for `.`, 2 for `..`, each dot perhaps as `%2e`; 0 for all others.
    private static func dots(_ segment: ArraySlice<UInt8>) -> Int {
        if segment.count > 6 { return 0 }
        var count = 0
        var rest = segment
        while let first = rest.first {
            if first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
            } else if rest.count > 2, rest.starts(with: "%2".utf8),
                rest[rest.startIndex + 2] | 0x20 == UInt8(ascii: "e")
            {
                rest = rest.dropFirst(3)
            } else {
                return 0
            }
            count += 1
        }
        return count <= 2 ? count : 0
    }

    /// Appends a byte of a path, in hexadecimal where the path percent-encode set has it.
    private static func append(_ byte: UInt8, to text: inout [UInt8]) {
        guard byte <= 0x20 || byte > 0x7E || "\"#<>?^`{}".utf8.contains(byte) else { return text.append(byte) }
        text.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 0x0F] {
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
    }
}

extension WebAddress {
    /// What is kept of an endpoint that was written so: up to a query or fragment, and what stands before an `@` of the host
    /// redacted; it is read as the whole is.
    package static func redacted(_ text: ExactString) -> ExactString {
        let bytes = text.string.utf8
        let end = bytes.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        // With the mark itself, so that a text is not made blank.
        let kept = end.map { ExactString(Substring(bytes[...$0])) } ?? text
        do {
            _ = try WebAddress(kept)
        } catch {
            // Nothing more than the kind of mistake is read of it.
            switch error {
            case .noScheme: return "…"
            case .otherScheme: return "other:"
            case .userInformation: return "https://…@host/"
            case .noHost: return "https://"
            case .badHost: return "https://%/"
            case .foreignHost: return "https://…/"
            case .badPort: return "https://host:port/"
            }
        }
        return kept
    }
}
