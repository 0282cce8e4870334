/// How much an audit keeps of what it found: everything that exists may have a finding, and a thousand of them.
///
/// What denies has room of its own, so that warnings do not take it.
package struct AuditRoom: Sendable {
    /// What an object takes beside its findings, and a finding beside its texts.
    private static let bytesOfObject = 1024
    private static let bytesOfFinding = 512

    private var denied: Int
    private var others: Int

    /// - Parameters:
    ///   - deniedBytes: of findings that deny; by default those of some 8,000 objects with two each.
    ///   - otherBytes: of all others.
    package init(deniedBytes: Int = 16 << 20, otherBytes: Int = 8 << 20) {
        (denied, others) = (deniedBytes, otherBytes)
    }

    /// Takes room for what is told of an object; false when there is none left.
    package mutating func takes(_ verdict: Verdict) -> Bool {
        let size = verdict.findings.reduce(Self.bytesOfObject) { sum, finding in
            sum + Self.bytesOfFinding + finding.message.utf8.count + finding.remedy.utf8.count
                + finding.field.utf8.count
        }
        return verdict.allowed ? Self.take(size, from: &others) : Self.take(size, from: &denied)
    }

    private static func take(_ size: Int, from room: inout Int) -> Bool {
        guard size <= room else { return false }
        room -= size
        return true
    }
}
