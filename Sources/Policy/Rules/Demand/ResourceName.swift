internal import JSONPull

/// Names of resources a container can ask for, by the API server's rules (`ValidateContainerResourceName` of Kubernetes).
enum ResourceName {
    private static let maximumPrefixBytes = 253
    private static let maximumNameBytes = 63
    /// Of extended resources, which are also written behind this in a quota.
    private static let quotaPrefix: ExactString = "requests."

    /// Whether `name` is `cpu`, `memory`, `ephemeral-storage`, `hugepages-SIZE`, or a name behind a domain and a slash.
    static func isValid(_ name: ExactString) -> Bool {
        switch name {
        case "cpu", "memory", "ephemeral-storage": return true
        default: break
        }
        let bytes = name.string.utf8
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else {
            return name.starts(with: "hugepages-") && isName(bytes[...])
        }
        let (domain, own) = (bytes[..<slash], bytes[bytes.index(after: slash)...])
        guard isSubdomain(domain), isName(own) else { return false }
        // What Kubernetes keeps for itself need not be short enough for a quota.
        if name.contains("kubernetes.io/") { return true }
        let limit = maximumPrefixBytes - quotaPrefix.string.utf8.count
        return !name.starts(with: quotaPrefix) && domain.count <= limit
    }

    /// `[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?`, 63 bytes at most.
    private static func isName(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, let last = bytes.last, bytes.count <= maximumNameBytes else {
            return false
        }
        return first.isASCIIAlphanumeric && last.isASCIIAlphanumeric
            && bytes.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
    }

    /// DNS labels (RFC 1123) with dots between them, 253 bytes at most; of a label no length is asked.
    private static func isSubdomain(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.count <= maximumPrefixBytes else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { DNSLabel.isValid($0, upTo: maximumPrefixBytes) }
    }
}

/// A label of RFC 1123 as Kubernetes takes it: lower-case letters, digits and, between those, dashes.
enum DNSLabel {
    /// Longest one, in bytes.
    static let maximumBytes = 63

    static func isValid(_ text: ExactString) -> Bool {
        isValid(text.string.utf8[...], upTo: maximumBytes)
    }

    static func isValid(_ bytes: Substring.UTF8View, upTo limit: Int) -> Bool {
        guard let first = bytes.first, let last = bytes.last, bytes.count <= limit else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
