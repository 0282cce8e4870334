import JSONPull
import Testing

@testable import ClusterState

@Suite struct `The Lease of a replica` {
    private static let note = ReplicaNote(
        name: "agentrun-admission-7c9d-x2x",
        version: "0.1.0",
        digest: "97f2",
        generation: "2026-02",
        loadedAt: "2026-11-29T20:00:00Z",
        renewedAt: WallTime(milliseconds: 1_790_000_000_120)
    )

    /// As an API server answers.
    private static func stored(_ note: ReplicaNote) -> [UInt8] {
        ReplicaLease.encode(
            note,
            namespace: "system",
            replacing: LeaseVersion(uid: "u-1", resourceVersion: "7"),
            durationSeconds: 90
        )
    }

    @Test func `says what it was told`() throws {
        let bytes = Self.stored(Self.note)
        let text = String(decoding: bytes, as: UTF8.self)
        for part in [
            #""name":"agentrun-admission-replica-agentrun-admission-7c9d-x2x""#, #""namespace":"system""#,
            #""app.kubernetes.io/component":"replica""#, #""leaseDurationSeconds":90"#,
            #""renewTime":"2026-09-21T14:13:20.120000Z""#, #""admission.agents.proompteng.ai/policy-sha256":"97f2""#,
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        let seen = try #require(try ReplicaLease.decode(bytes))
        #expect(seen.note == Self.note && seen.version == LeaseVersion(uid: "u-1", resourceVersion: "7"))
        #expect(seen.leaseName == "agentrun-admission-replica-agentrun-admission-7c9d-x2x")
    }

    @Test func `is no claim, and a claim none of them`() throws {
        guard case .foreign = try LeaseObject.decode(Self.stored(Self.note)) else {
            Issue.record("taken for a claim")
            return
        }
        #expect(ReplicaLease.labelSelector != LeaseObject.labelSelector)
        let other = String(decoding: Self.stored(Self.note), as: UTF8.self)
            .replacing(#""component":"replica""#, with: "")
            .replacing(#":"replica""#, with: #":"branch-claim""#)
        #expect(try ReplicaLease.decode(Array(other.utf8)) == nil)
    }

    @Test(arguments: [
        "{}", "[]", #"{"metadata":7,"spec":[]}"#, #"{"metadata":{"name":"n","uid":"u","resourceVersion":"1"}}"#,
        #"{"metadata":{"labels":{"app.kubernetes.io/managed-by":"agentrun-admission","app.kubernetes.io/component":"replica"}}}"#,
    ])
    func `needs labels, a name and a state`(json: String) throws {
        #expect(try ReplicaLease.decode(Array(json.utf8)) == nil)
        #expect(throws: JSONError.self) { try ReplicaLease.decode(Array(json.utf8.dropLast())) }
    }

    /// A text that is cut must not come to be like one that is not.
    @Test func `of others has texts of any length, of which the beginning is kept`() throws {
        var note = Self.note
        note.digest = ExactString(String(repeating: "a\u{301}", count: 100_000))
        note.name = ExactString(String(repeating: "\u{202E}", count: 100_000))
        let seen = try #require(try ReplicaLease.decode(Self.stored(note)))
        #expect(
            seen.note.digest.string.unicodeScalars.count <= 257 && seen.note.name.string.unicodeScalars.count <= 257
        )
        #expect(seen.note.digest.string.utf8.count > 64)
    }

    @Test func `that cannot be dated is as old as can be`() throws {
        let text = String(decoding: Self.stored(Self.note), as: UTF8.self)
            .replacing("2026-09-21T14:13:20.120000Z", with: "yesterday")
        #expect(try ReplicaLease.decode(Array(text.utf8))?.note.renewedAt == WallTime(milliseconds: 0))
    }

    @Test(arguments: [
        ("agentrun-admission-7c9d-x2x", "agentrun-admission-replica-agentrun-admission-7c9d-x2x"),
        ("Node_1.example.org", "agentrun-admission-replica-node-1-example-org-[0-9a-f]{10}"),
        ("node-1-example-org", "agentrun-admission-replica-node-1-example-org"),
        ("-a-", "agentrun-admission-replica-a-[0-9a-f]{10}"), ("", "agentrun-admission-replica"),
        ("\u{202E}/../x", "agentrun-admission-replica-x-[0-9a-f]{10}"),
    ])
    func `is named after its host, and after no other`(host: String, pattern: String) throws {
        let name = ReplicaLease.name(host: host)
        #expect(name.wholeMatch(of: try Regex(pattern)) != nil, "\(name)")
        #expect(name.utf8.count <= 253 && name.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?/) != nil)
    }
}
