import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `Leases of claims` {
    private static let claim = Claim(
        key: ClaimKey(branch: BranchKey(repository: "proompteng/lab", head: "codex/\"x\"")),
        holder: ClaimHolder(run: ObjectKey(namespace: "agents", name: "first"), uid: "u-1"),
        acquiredAt: WallTime(milliseconds: 1_770_000_000_123),
        isDerived: true,
        hasRival: true,
        replica: "pod-1",
        transitions: 3
    )
    private static let version = LeaseVersion(uid: "l-1", resourceVersion: "42")

    private static func text(_ claim: Claim = claim) -> String {
        let bytes = LeaseObject.encode(claim, namespace: "system", replacing: version, gapSeconds: 45)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func reading(_ text: String) throws -> LeaseReading { try LeaseObject.decode(Array(text.utf8)) }

    @Test func `are read as they were written`() throws {
        #expect(try Self.reading(Self.text()) == .claim(HeldClaim(claim: Self.claim, version: Self.version)))
        var other = Self.claim
        (other.key.scope, other.isDerived, other.hasRival, other.transitions) = ("agents", false, false, 0)
        #expect(try Self.reading(Self.text(other)) == .claim(HeldClaim(claim: other, version: Self.version)))
    }

    @Test func `tell a person repository, branch and run`() {
        let text = Self.text()
        #expect(text.contains(#""holderIdentity":"agents/first/u-1""#))
        #expect(text.contains(#""acquireTime":"2026-02-02T02:40:00.123000Z""#))
        #expect(text.contains(#""admission.agents.proompteng.ai/repository":"proompteng/lab""#))
        #expect(text.contains(#""admission.agents.proompteng.ai/branch":"codex/\"x\"""#))
        #expect(text.contains(#""admission.agents.proompteng.ai/run-name":"first""#))
        #expect(text.contains(#""admission.agents.proompteng.ai/admitted-by":"pod-1""#))
    }

    /// What is changed in a good Lease, and what the message says of it.
    @Test(arguments: [
        (
            #""app.kubernetes.io/managed-by":"agentrun-admission""#, #""app.kubernetes.io/managed-by":"helm""#,
            "not made by"
        ),
        (#""labels":{"#, #""labels":3,"x":{"#, "not made by"),
        ("agents/first/u-1", "agents/first", "holderIdentity"),
        ("agents/first/u-1", "agents//u-1", "holderIdentity"),
        ("agents/first/u-1", "a/b/c/d", "holderIdentity"),
        (#""acquireTime":"2026-02-02T02:40:00.123000Z""#, #""acquireTime":"yesterday""#, "acquireTime"),
        (#""acquireTime":"2026-02-02T02:40:00.123000Z""#, #""acquireTime":null"#, "acquireTime"),
        (#"/branch":"codex/\"x\"""#, #"/branch":"codex/y""#, "another branch"),
        (#"/repository":"proompteng/lab""#, #"/other":"proompteng/lab""#, "repository and branch"),
        (#""spec":{"#, #""spec":[],"x":{"#, "acquireTime"),
    ])
    func `of others, and broken ones, are nobody's claim and named`(old: String, new: String, word: String) throws {
        let text = Self.text()
        let changed = text.replacing(old, with: new)
        try #require(changed != text)
        guard case .foreign(let why) = try Self.reading(changed) else {
            Issue.record("taken for a claim")
            return
        }
        #expect(why.contains(word))
        #expect(why.contains("system/\(Self.claim.key.leaseName)"))
    }

    @Test func `without the word on rivals and heads are taken for the worse`() throws {
        let text = Self.text().replacing("/attempts", with: "/a").replacing("/head", with: "/h")
        guard case .claim(let held) = try Self.reading(text) else {
            Issue.record("no claim")
            return
        }
        #expect(held.claim.hasRival && held.claim.isDerived)
    }

    @Test func `of any bytes end in an error or a reading`() {
        let whole = Array(Self.text().utf8)
        for end in 0..<whole.count { _ = try? LeaseObject.decode(Array(whole[..<end])) }
        for position in stride(from: 0, to: whole.count, by: 3) {
            var bytes = whole
            bytes[position] ^= 0x15
            _ = try? LeaseObject.decode(bytes)
        }
    }

    @Test(arguments: [
        ("2026-02-02T02:40:00Z", 1_770_000_000_000), ("2026-02-02T02:40:00.1Z", 1_770_000_000_100),
        ("2026-02-02T02:40:00.123456Z", 1_770_000_000_123), ("2026-02-02T04:40:00.007+02:00", 1_770_000_000_007),
        ("1969-12-31T23:59:59.500Z", -500),
    ])
    func `have times to the millisecond`(text: String, milliseconds: Int64) throws {
        let time = try #require(WallTime(ExactString(text)))
        #expect(time.milliseconds == milliseconds)
        #expect(WallTime(ExactString(time.text)) == time)
    }
}
