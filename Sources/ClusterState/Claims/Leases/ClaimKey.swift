package import AgentRuns
internal import Digest
package import JSONPull

/// What one claim is about: a branch, among the runs of one namespace or of all.
package struct ClaimKey: Hashable, Sendable {
    /// Nil: among the runs of every namespace.
    package var scope: ExactString?
    package var branch: BranchKey

    package init(scope: ExactString? = nil, branch: BranchKey) {
        self.scope = scope
        self.branch = branch
    }

    /// Characters of the head that a Lease's name repeats for people.
    private static let readableLength = 22
    /// Hexadecimal digits of the hash: 128 bits, so that no two branches ever share a name.
    private static let hashLength = 32

    /// The Lease's name: `branch-codex-leader-election-` and a hash, a DNS-1123 label of at most 62 characters.
    package var leaseName: String {
        // Each part with its length in front: no two keys give the same text.
        let parts = [scope?.string ?? "", branch.repository.string, branch.head.string]
        let text = parts.reduce("claim/1") { "\($0)/\($1.utf8.count):\($1)" }
        let hash = Substring(SHA256.hexDigest(of: text).utf8.prefix(Self.hashLength))
        let readable = Self.readable(branch.head.string)
        return readable.isEmpty ? "branch-\(hash)" : "branch-\(readable)-\(hash)"
    }

    /// `text` in the characters of a label, others as one hyphen, cut.
    private static func readable(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            guard result.count < readableLength else { break }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): result.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): result.append(byte | 0x20)
            default: if let last = result.last, last != UInt8(ascii: "-") { result.append(UInt8(ascii: "-")) }
            }
        }
        while result.last == UInt8(ascii: "-") { result.removeLast() }
        return String(decoding: result, as: UTF8.self)
    }
}

extension ClaimKey: Comparable {
    /// One order for everyone: of runs that want the same branches one gets all of them.
    package static func < (lhs: ClaimKey, rhs: ClaimKey) -> Bool {
        if lhs.scope != rhs.scope { return (lhs.scope ?? "") < (rhs.scope ?? "") }
        if lhs.branch.repository != rhs.branch.repository { return lhs.branch.repository < rhs.branch.repository }
        return lhs.branch.head < rhs.branch.head
    }
}
