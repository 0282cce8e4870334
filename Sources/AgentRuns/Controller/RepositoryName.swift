package import JSONPull

/// How repositories are recognised however they are spelt (`RULES.md` section 3.1).
package struct RepositoryName: Sendable {
    /// The value as written, trimmed.
    package var written: ExactString
    /// Lower-case `owner/repo`; nil when the value is no repository name.
    package var normalForm: ExactString?
    /// The host that was removed on the way, lower-case; nil when none was.
    package var host: ExactString?

    /// Settings of the normal form.
    package struct Options: Sendable, Equatable {
        /// Whether `group/subgroup/repo` is a repository.
        package var allowsNestedGroups = false
        /// Hosts that are part of no name, lower-case.
        package var hosts: [ExactString] = ["github.com"]

        package init() {}
    }

    package init(_ text: ExactString, options: Options = Options()) {
        written = text.trimmed
        if Self.isNormalForm(written) {
            (normalForm, host) = (written, nil)
            return
        }
        let (host, path) = Self.splitHost(written, options: options)
        self.host = host?.asciiLowercased
        normalForm = Self.normalForm(path, allowsNestedGroups: options.allowsNestedGroups)
    }

    /// What tells two repositories apart: the normal form, else the text in lower case, without a credential: it gets into
    /// claims and messages, and whose access it is makes no other repository.
    package var key: ExactString { normalForm ?? told.asciiLowercased }

    /// The value as written, without a credential.
    package var told: ExactString { UserInformation.cut(from: written) }

    /// Whether `text` is plainly `owner/repo` already, as nearly every value is: one look at each byte.
    private static func isNormalForm(_ text: ExactString) -> Bool {
        unsafe text.withBytes { unsafe isNormalForm($0) }
    }

    private static func isNormalForm(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var slashes = 0
        var last = UInt8(ascii: "/")
        for index in 0..<text.count {
            let byte = unsafe text[index]
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                break
            case UInt8(ascii: "/"):
                if last == UInt8(ascii: "/") { return false }
                slashes += 1
            // A dot may begin a suffix or be a segment of its own: the long way.
            default: return false
            }
            last = byte
        }
        return slashes == 1 && last != UInt8(ascii: "/")
    }

    private static func splitHost(
        _ text: ExactString,
        options: Options
    ) -> (host: ExactString?, path: ExactString) {
        if let (_, rest) = text.cut(atFirst: "://") {
            let (authority, path) = rest.cut(atFirst: "/") ?? (rest, "")
            return (hostName(authority), path)
        }
        if let (authority, path) = text.cut(atFirst: ":"), !authority.contains("/") {
            return (hostName(authority), path)
        }
        guard let (first, path) = text.cut(atFirst: "/"), path.contains("/"), isHost(first, options: options) else {
            return (nil, text)
        }
        return (first, path)
    }

    private static func isHost(_ segment: ExactString, options: Options) -> Bool {
        options.allowsNestedGroups ? options.hosts.contains(segment.asciiLowercased) : segment.contains(".")
    }

    /// `user@host:port` without user and port.
    private static func hostName(_ authority: ExactString) -> ExactString {
        let host = authority.cut(atLast: "@")?.after ?? authority
        return host.cut(atFirst: ":")?.before ?? host
    }

    private static func normalForm(_ path: ExactString, allowsNestedGroups: Bool) -> ExactString? {
        let path = path.trimming("/").asciiLowercased
        let name = path.dropping(suffix: ".git") ?? path
        let segments = name.split(at: "/")
        guard segments.count == 2 || (allowsNestedGroups && segments.count > 2),
            segments.allSatisfy(isSegment)
        else { return nil }
        return name
    }

    private static func isSegment(_ segment: ExactString) -> Bool {
        guard !segment.isEmpty, segment != ".", segment != ".." else { return false }
        return segment.string.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
