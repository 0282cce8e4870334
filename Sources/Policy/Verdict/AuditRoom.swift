private import AgentRuns
private import JSONPull

/// How much an audit keeps of what it found: everything that exists may have a finding, and a thousand of them.
///
/// What denies has room of its own, so that warnings do not take it.
package struct AuditRoom: Sendable {
    /// Bytes of findings that deny: some 8,000 objects with two each.
    package static let maximumDeniedBytes = 16 << 20
    /// Bytes of all others.
    package static let maximumOtherBytes = 8 << 20
    /// What an object takes beside its findings, and a finding beside its texts.
    private static let bytesOfObject = 1024
    private static let bytesOfFinding = 512
    private static let bytesOfValue = 64

    private var denied = Self.maximumDeniedBytes
    private var others = Self.maximumOtherBytes

    package init() {}

    /// Takes room for what is told of an object; false when there is none left.
    package mutating func takes(_ verdict: Verdict) -> Bool {
        let size = verdict.findings.reduce(Self.bytesOfObject) { $0 + Self.bytes(of: $1) }
        return verdict.allowed ? Self.take(size, from: &others) : Self.take(size, from: &denied)
    }

    /// What it says, and what of the object it holds fast: a key may be as long as the object, and there may be thousands of values.
    private static func bytes(of finding: Finding) -> Int {
        let told = finding.message.utf8.count + finding.remedy.utf8.count + finding.field.utf8.count
        let path = finding.path.map { $0.key.path.string.utf8.count } ?? 0
        return finding.values.reduce(bytesOfFinding + told + path) { $0 + bytesOfValue + $1.text.string.utf8.count }
    }

    private static func take(_ size: Int, from room: inout Int) -> Bool {
        guard size <= room else { return false }
        room -= size
        return true
    }
}
