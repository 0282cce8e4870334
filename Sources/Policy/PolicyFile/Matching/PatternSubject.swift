internal import JSONPull

/// What the patterns of a rule's lists are matched with: tells a pattern that can match nothing.
enum PatternSubject: Sendable {
    /// `owner/repo`, in any case; a pattern that none can match is an error of the policy file (``ImpossibleGlob``).
    case repositories
    case secrets
    case labelKeys
    case images

    var isCaseSensitive: Bool { self != .repositories }

    /// What none of them can be matched by `pattern`; nil where some may be.
    func nameNobodyCanHave(_ pattern: ExactString) -> String? {
        switch self {
        case .repositories: nil
        case .secrets: Self.canBeName(pattern) ? nil : "Secret's name"
        case .labelKeys: Self.canBeLabelKey(pattern) ? nil : "label's key"
        case .images: Self.canBeImage(pattern) ? nil : "image reference"
        }
    }

    /// Whether a name of a Kubernetes object (RFC 1123 subdomain) can match.
    static func canBeName(_ pattern: ExactString) -> Bool {
        pattern.string.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "*"):
                true
            default: false
            }
        }
    }

    /// Whether a label's key (a name of letters, digits, `-`, `_` and `.`, behind a domain and a slash or not) can match.
    private static func canBeLabelKey(_ pattern: ExactString) -> Bool {
        let bytes = pattern.string.utf8
        guard bytes.count(where: { $0 == UInt8(ascii: "/") }) <= 1 else { return false }
        return bytes.allSatisfy { $0.isASCIIAlphanumeric || "-_./*".utf8.contains($0) }
    }

    /// Whether an image reference (domain, path, tag, digest) can match: no scheme, nothing blank.
    private static func canBeImage(_ pattern: ExactString) -> Bool {
        guard !pattern.contains("://") else { return false }
        return pattern.string.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./:@*[]".utf8.contains($0) }
    }
}
