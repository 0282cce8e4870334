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
        let (host, path) = Self.splitHost(written.string[...], options: options)
        self.host = host.map { ExactString($0).asciiLowercased }
        normalForm = Self.normalForm(path, allowsNestedGroups: options.allowsNestedGroups)
    }

    /// What tells two repositories apart: the normal form, else the text in lower case.
    package var key: ExactString { normalForm ?? written.asciiLowercased }

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

    private static func splitHost(_ text: Substring, options: Options) -> (host: Substring?, path: Substring) {
        if let scheme = text.range(of: "://") {
            let rest = text[scheme.upperBound...]
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            return (hostName(rest[..<slash]), rest[slash...])
        }
        let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) ?? text.endIndex
        if let colon, colon < slash { return (hostName(text[..<colon]), text[text.utf8.index(after: colon)...]) }
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count >= 3, isHost(segments[0], options: options) else { return (nil, text) }
        return (segments[0], text[slash...])
    }

    private static func isHost(_ segment: Substring, options: Options) -> Bool {
        guard options.allowsNestedGroups else { return segment.utf8.contains(UInt8(ascii: ".")) }
        return options.hosts.contains(ExactString(segment).asciiLowercased)
    }

    /// `user@host:port` without user and port.
    private static func hostName(_ authority: Substring) -> Substring {
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return host.firstIndex(of: ":").map { host[..<$0] } ?? host
    }

    private static func normalForm(_ path: Substring, allowsNestedGroups: Bool) -> ExactString? {
        var bytes = path.utf8[...]
        while bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        if bytes.count >= 4, ExactString(Substring(bytes.suffix(4))).asciiLowercased == ".git" { bytes.removeLast(4) }
        let name = ExactString(Substring(bytes)).asciiLowercased
        let segments = name.string.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard segments.count == 2 || (allowsNestedGroups && segments.count > 2),
            segments.allSatisfy(isSegment)
        else { return nil }
        return name
    }

    private static func isSegment(_ segment: Substring.UTF8View) -> Bool {
        guard !segment.isEmpty, !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
            return false
        }
        return segment.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}

extension Substring {
    /// Where `pattern`, plain ASCII, first occurs.
    fileprivate func range(of pattern: StaticString) -> Range<Index>? {
        let wanted = pattern.description.utf8
        var start = startIndex
        while start < endIndex {
            if self[start...].utf8.starts(with: wanted) {
                return start..<utf8.index(start, offsetBy: wanted.count)
            }
            start = utf8.index(after: start)
        }
        return nil
    }
}
