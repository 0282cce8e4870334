import JSONPull
import Testing

@testable import ClusterState

@Suite struct `The roll of replicas` {
    private static let start: Int64 = 1_790_000_000_000

    private static func moment(_ seconds: Int64, isWallSure: Bool = true) -> ClaimMoment {
        ClaimMoment(
            wall: WallTime(milliseconds: start + seconds * 1000),
            steady: 5_000 + seconds * 1000,
            isWallSure: isWallSure
        )
    }

    /// A replica whose note is of `seconds`, by a clock that is `ahead`.
    private static func replica(
        _ host: String,
        renewedAt seconds: Int64,
        ahead: Int64 = 0,
        uid: String = "u",
        digest: ExactString = "aa"
    ) -> SeenReplica {
        SeenReplica(
            leaseName: ExactString(ReplicaLease.name(host: host)),
            version: LeaseVersion(uid: "\(host)-\(uid)", resourceVersion: "\(seconds)"),
            note: ReplicaNote(
                name: ExactString(host),
                version: "0.1.0",
                digest: digest,
                generation: "2026-02",
                loadedAt: "",
                renewedAt: WallTime(milliseconds: start + (seconds + ahead) * 1000)
            )
        )
    }

    private static func stale(_ roll: ReplicaRoll, at seconds: Int64) -> [String] {
        roll.entries(at: moment(seconds)).filter(\.isStale).map(\.note.name.string)
    }

    @Test func `has this replica first, then the others by name`() {
        var roll = ReplicaRoll(host: "m")
        roll.update(["z", "a", "m"].map { Self.replica($0, renewedAt: 0) }, at: Self.moment(0))
        #expect(roll.entries(at: Self.moment(0)).map(\.note.name) == ["m", "a", "z"])
        #expect(roll.entries(at: Self.moment(0)).map(\.isOwn) == [true, false, false])
    }

    @Test func `knows at its first look who was gone before`() {
        var roll = ReplicaRoll(host: "m")
        roll.update([Self.replica("gone", renewedAt: -91), Self.replica("there", renewedAt: -90)], at: Self.moment(0))
        #expect(Self.stale(roll, at: 0) == ["gone"])
        // Which a clock that may be wrong does not tell.
        #expect(roll.entries(at: Self.moment(0, isWallSure: false)).allSatisfy { !$0.isStale })
    }

    @Test func `takes who renews for there, whatever clock that one has`() {
        var roll = ReplicaRoll(host: "m")
        for seconds in stride(from: Int64(0), through: 600, by: 30) {
            let others = [
                Self.replica("slow", renewedAt: seconds, ahead: -86_400),
                Self.replica("fast", renewedAt: seconds, ahead: 86_400),
            ]
            roll.update(others, at: Self.moment(seconds))
            if seconds > 0 { #expect(Self.stale(roll, at: seconds).isEmpty, "\(seconds)") }
            #expect(roll.abandoned(at: Self.moment(seconds)).isEmpty, "\(seconds)")
        }
        #expect(Self.stale(roll, at: 690).isEmpty)
        #expect(Self.stale(roll, at: 691) == ["fast", "slow"])
    }

    @Test func `gives up who has been silent for an hour, and itself never`() {
        var roll = ReplicaRoll(host: "m")
        let replicas = [Self.replica("m", renewedAt: -7200), Self.replica("gone", renewedAt: -7200)]
        roll.update(replicas, at: Self.moment(0))
        // Seen for the first time: its clock may be wrong, and it may be there.
        #expect(roll.abandoned(at: Self.moment(0)).isEmpty)
        #expect(roll.abandoned(at: Self.moment(90)).isEmpty)
        #expect(roll.abandoned(at: Self.moment(91)).map(\.note.name) == ["gone"])
        // By its own clock alone it takes the hour.
        roll.update([Self.replica("gone", renewedAt: 100)], at: Self.moment(100))
        #expect(roll.abandoned(at: Self.moment(3699)).isEmpty)
        #expect(roll.abandoned(at: Self.moment(3700)).map(\.note.name) == ["gone"])
    }

    @Test func `takes a Lease that was deleted and made again for another`() {
        var roll = ReplicaRoll(host: "m")
        roll.update([Self.replica("a", renewedAt: 0)], at: Self.moment(0))
        roll.update([Self.replica("a", renewedAt: -500, uid: "other")], at: Self.moment(1))
        #expect(Self.stale(roll, at: 1) == ["a"])
    }

    @Test func `is bounded, and forgets who is not listed any more`() {
        var roll = ReplicaRoll(host: "m")
        roll.update((0..<500).map { Self.replica("r\($0)", renewedAt: 0) }, at: Self.moment(0))
        #expect(roll.entries(at: Self.moment(0)).count == ReplicaRoll.maximumCount)
        roll.update([], at: Self.moment(1))
        #expect(roll.entries(at: Self.moment(1)).isEmpty)
    }

    @Test(arguments: [Int64.min, .max, 0])
    func `is not upset by any time`(milliseconds: Int64) {
        var roll = ReplicaRoll(host: "m")
        var replica = Self.replica("a", renewedAt: 0)
        replica.note.renewedAt = WallTime(milliseconds: milliseconds)
        roll.update([replica], at: Self.moment(0))
        #expect(roll.entries(at: Self.moment(0)).count == 1 && roll.abandoned(at: Self.moment(0)).isEmpty)
    }
}
