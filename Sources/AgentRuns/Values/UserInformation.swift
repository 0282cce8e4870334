package import JSONPull

/// What stands before the `@` of a repository's address: often a token, which everyone who may read runs, their status, logs
/// and audit events would see.
///
/// A name that SSH logs in with is no secret and stays: `git` wherever it stands, and where the address is one of SSH
/// (`ssh://`, `git+ssh://`, `user@host:path`) any name that Linux' `useradd` takes. Everything else is a credential.
package enum UserInformation {
    /// `address` with `…` in the place of a credential.
    package static func cut(from address: ExactString) -> ExactString {
        guard let parts = parts(of: address) else { return address }
        return ExactString("\(parts.scheme)…@\(parts.rest)")
    }

    /// `address` with `…` for what the credential is made of, its colons and slashes left, so that it is read as it was.
    package static func redacted(_ address: ExactString) -> ExactString {
        guard let parts = parts(of: address) else { return address }
        let pieces = parts.user.split(at: ":").map { piece in
            piece.split(at: "/").map { $0.isEmpty ? "" : "…" }.joined(separator: "/")
        }
        return ExactString("\(parts.scheme)\(pieces.joined(separator: ":"))@\(parts.rest)")
    }

    /// Whether there is a credential, also one that was cut before.
    package static func isCredential(in address: ExactString) -> Bool { parts(of: address) != nil }

    /// `https://`, the credential, and what follows its `@`; nil when there is none, as nearly always.
    private static func parts(
        of address: ExactString
    ) -> (scheme: String, user: ExactString, rest: ExactString)? {
        guard address.has(UInt8(ascii: "@")) else { return nil }
        let (scheme, rest) = schemeAndRest(of: address)
        guard let (user, behind) = userAndRest(of: rest, hasScheme: scheme != nil) else { return nil }
        let isSSH =
            scheme.map { $0 == "ssh" || $0.ends(with: "+ssh") }
            ?? behind.cut(atFirst: ":").map { !$0.before.contains("/") } ?? false
        if user.isEmpty || user == "git" || (isSSH && isLoginName(user)) { return nil }
        return (scheme.map { "\($0)://" } ?? "", user, behind)
    }

    /// `https` and what follows `://`; no scheme, and the whole, where what precedes it is none.
    private static func schemeAndRest(of address: ExactString) -> (scheme: ExactString?, rest: ExactString) {
        guard let (before, rest) = address.cut(atFirst: "://"),
            before.string.utf8.allSatisfy({ isLetterOrDigit($0) || "+-.".utf8.contains($0) })
        else { return (nil, address) }
        return (before.asciiLowercased, rest)
    }

    /// What is before and what is after the `@` that ends the user information.
    ///
    /// A password that holds a slash, which a URL may not, is none the less one: where an authority has no `@` and what would
    /// be its port is no number, and where there is no scheme but a colon, everything up to the last `@` is taken.
    private static func userAndRest(
        of text: ExactString,
        hasScheme: Bool
    ) -> (user: ExactString, rest: ExactString)? {
        guard let (user, rest) = text.cut(atLast: "@") else { return nil }
        if !hasScheme {
            let isAddress = user.contains(":") || !user.trimming("/").contains("/")
            return isAddress ? (user, rest) : nil
        }
        let end = text.string.utf8.firstIndex { "/?#".utf8.contains($0) } ?? text.string.utf8.endIndex
        let authority = ExactString(Substring(text.string.utf8[..<end]))
        if let (user, host) = authority.cut(atLast: "@") {
            return (user, ExactString("\(host)\(Substring(text.string.utf8[end...]))"))
        }
        guard let (_, port) = authority.cut(atFirst: ":") else { return authority.isEmpty ? (user, rest) : nil }
        return port.string.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? nil : (user, rest)
    }

    /// `[a-z_][a-z0-9_-]*`, at most 32 bytes.
    private static func isLoginName(_ text: ExactString) -> Bool {
        let utf8 = text.string.utf8
        guard let first = utf8.first, utf8.count <= 32, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            first != UInt8(ascii: "-")
        else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
