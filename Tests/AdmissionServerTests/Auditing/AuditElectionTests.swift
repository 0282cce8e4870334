import ClusterState
import JSONPull
import TestRandomness
import Testing

@testable import AdmissionServer

/// The election by itself, on a Lease in memory.
@Suite struct `The election of who audits` {
    /// What an API server does with a Lease.
    private struct Server {
        var lease: ElectionLease?
        var version = 0

        mutating func answer(_ call: AuditElection.Call) -> AuditElection.Answer {
            switch call {
            case .read: return lease.map { .lease($0) } ?? .absent
            case .create(let record):
                guard lease == nil else { return .changed }
                return .lease(store(record))
            case .replace(let record, let version):
                guard let lease else { return .absent }
                guard lease.version == version else { return .changed }
                return .lease(store(record))
            }
        }

        private mutating func store(_ record: ElectionLease.Record) -> ElectionLease {
            version += 1
            let new = ElectionLease(record: record, version: LeaseVersion(uid: "u", resourceVersion: "\(version)"))
            lease = new
            return new
        }
    }

    private static let timing = AuditElection.Timing()

    private static func attempt(_ election: inout AuditElection, _ server: inout Server, at time: Int64) {
        var call: AuditElection.Call? = election.attempt(at: time, wall: WallTime(milliseconds: time))
        while let current = call {
            let answer = server.answer(current)
            call = election.next(answer, to: current, sentAt: time, at: time, wall: WallTime(milliseconds: time))
        }
    }

    private static func isElected(_ election: AuditElection, at time: Int64) -> Bool {
        election.electedUntil.map { time < $0 } ?? false
    }

    @Test func `is won by the first, kept by it, and taken over when it is gone`() {
        var server = Server()
        var (one, other) = (AuditElection(identity: "one"), AuditElection(identity: "other"))
        Self.attempt(&one, &server, at: 0)
        #expect(Self.isElected(one, at: 0) && !Self.isElected(one, at: Self.timing.deadline))
        #expect(server.lease?.record.holder == "one" && server.lease?.record.transitions == 0)
        for time in stride(from: Int64(10_000), through: 100_000, by: 10_000) {
            Self.attempt(&one, &server, at: time)
            Self.attempt(&other, &server, at: time)
            #expect(Self.isElected(one, at: time) && !Self.isElected(other, at: time))
        }
        #expect(other.holder == "one")
        // Its last renewal was seen at 100 s.
        Self.attempt(&other, &server, at: 129_999)
        #expect(!Self.isElected(other, at: 129_999))
        Self.attempt(&other, &server, at: 130_000)
        #expect(Self.isElected(other, at: 130_000) && server.lease?.record.transitions == 1)
        #expect(server.lease?.record.acquireTime == "1970-01-01T00:02:10.000000Z")
        // It comes back, and sees that it is none any more.
        Self.attempt(&one, &server, at: 131_000)
        #expect(!Self.isElected(one, at: 131_000) && server.lease?.record.holder == "other")
    }

    @Test func `is over for who gives up, and another begins at once`() throws {
        var server = Server()
        var (one, other) = (AuditElection(identity: "one"), AuditElection(identity: "other"))
        Self.attempt(&one, &server, at: 0)
        Self.attempt(&other, &server, at: 1)
        let release = one.release(wall: WallTime(milliseconds: 2))
        _ = server.answer(try #require(release))
        let again = one.release(wall: WallTime(milliseconds: 2))
        #expect(!Self.isElected(one, at: 2) && again == nil)
        Self.attempt(&other, &server, at: 3)
        #expect(Self.isElected(other, at: 3))
    }

    @Test func `goes on where a Lease was removed or changed by hand`() {
        var server = Server()
        var one = AuditElection(identity: "one")
        Self.attempt(&one, &server, at: 0)
        server.lease = nil
        Self.attempt(&one, &server, at: 1)
        #expect(Self.isElected(one, at: 1) && server.lease != nil)
        var record = server.lease!.record
        (record.holder, record.durationSeconds) = ("somebody", Int.max)
        server.version += 1
        server.lease = ElectionLease(record: record, version: LeaseVersion(uid: "u", resourceVersion: "x"))
        Self.attempt(&one, &server, at: 2)
        #expect(!Self.isElected(one, at: 2))
        // For an hour at the most it is believed.
        Self.attempt(&one, &server, at: 3_600_001)
        #expect(!Self.isElected(one, at: 3_600_001))
        Self.attempt(&one, &server, at: 3_600_002)
        #expect(Self.isElected(one, at: 3_600_002))
    }

    /// Requests are lost before and after they take effect, replicas stop for a while, and nobody looks at the same time.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `has one winner at the most, whatever is lost`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var server = Server()
        var elections = (0..<3).map { AuditElection(identity: ExactString("replica-\($0)")) }
        var due = elections.map { _ in Int64.random(in: 0...10_000, using: &random) }
        var hadWinner = 0
        for time in stride(from: Int64(0), through: 1_000_000, by: 500) {
            for index in elections.indices where due[index] <= time {
                var call: AuditElection.Call? = elections[index].attempt(at: time, wall: WallTime(milliseconds: time))
                while let current = call {
                    var answer = AuditElection.Answer.failed
                    let fate = Int.random(in: 0..<20, using: &random)
                    if fate > 1 { answer = server.answer(current) }
                    if fate == 1 { _ = server.answer(current) }
                    let wall = WallTime(milliseconds: time)
                    call = elections[index].next(answer, to: current, sentAt: time, at: time, wall: wall)
                }
                let pause: ClosedRange<Int64> =
                    Int.random(in: 0..<30, using: &random) == 0 ? 30_000...90_000 : 2000...10_000
                due[index] = time + Int64.random(in: pause, using: &random)
            }
            let winners = elections.count { Self.isElected($0, at: time) }
            #expect(winners <= 1, "at \(time)")
            hadWinner += winners
        }
        #expect(hadWinner > 1200, "of 2000 moments")
    }

    @Test func `reads what client-go writes, and what nobody should`() throws {
        let lease = try ElectionLease(
            Array(
                """
                {"kind":"Lease","metadata":{"name":"x","uid":"u-1","resourceVersion":"7"},"spec":{"holderIdentity":\
                "pod_1","leaseDurationSeconds":15,"acquireTime":"2026-11-23T06:06:50.000000Z","renewTime":\
                "2026-11-23T06:07:50.000000Z","leaseTransitions":3,"strategy":null}}
                """.utf8
            )
        )
        #expect(lease.version == LeaseVersion(uid: "u-1", resourceVersion: "7"))
        #expect(lease.record.holder == "pod_1" && lease.record.durationSeconds == 15 && lease.record.transitions == 3)
        let again = try ElectionLease(ElectionLease.encode(lease.record, namespace: "n", replacing: lease.version))
        #expect(again.record == lease.record && again.version == lease.version)
        let strange = try ElectionLease(
            Array(
                #"{"spec":{"holderIdentity":7,"leaseDurationSeconds":1e99,"leaseTransitions":-4},"metadata":[]}"#.utf8
            )
        )
        #expect(strange.record == ElectionLease.Record())
        #expect(throws: JSONError.self) { try ElectionLease(Array("<html>".utf8)) }
    }
}
