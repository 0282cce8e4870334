import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `Claiming a branch` {
    static let key = ClaimKey(branch: BranchKey(repository: "o/r", head: "codex/x"))
    static let other = ObjectKey(namespace: "agents", name: "other")
    static let version = LeaseVersion(uid: "l-1", resourceVersion: "7")
    static let gap = ClaimTiming.defaultGapMilliseconds
    static let skew = ClaimTiming.maximumSkewMilliseconds

    static func moment(_ milliseconds: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_000_000 + milliseconds), steady: milliseconds)
    }

    static func held(
        by run: ObjectKey = other,
        uid: ExactString = "u-0",
        at time: Int64 = 0,
        isDerived: Bool = false,
        hasRival: Bool = false
    ) -> HeldClaim {
        let claim = Claim(
            key: key,
            holder: ClaimHolder(run: run, uid: uid),
            acquiredAt: moment(time).wall,
            isDerived: isDerived,
            hasRival: hasRival,
            replica: "them"
        )
        return HeldClaim(claim: claim, version: version)
    }

    static func run(
        uid: ExactString = "u-0",
        standing: RunStanding = .active,
        holds: Bool = true
    ) -> ClaimAnswer {
        .run(
            HolderRun(
                key: other,
                uid: uid,
                phase: standing == .over ? "Succeeded" : "Running",
                createdAt: nil,
                standing: standing,
                branches: holds && standing.needsClaims ? [key.branch] : []
            )
        )
    }

    static func acquisition() -> BranchAcquisition {
        let own = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        let wish = BranchAcquisition.Wish(key: key, holder: own, isDerived: false, replica: "us")
        return BranchAcquisition(wish, timing: ClaimTiming())
    }

    /// Up to the read of the run that holds the claim.
    static func found(
        _ held: HeldClaim,
        at time: Int64,
        observedAt: Int64? = nil
    ) -> (
        BranchAcquisition, BranchAcquisition.Action
    ) {
        var machine = acquisition()
        _ = machine.start(now: moment(time))
        _ = machine.received(.exists, now: moment(time))
        let action = machine.received(.lease(.claim(held)), observedAt: observedAt, now: moment(time))
        return (machine, action)
    }

    @Test func `that is free takes one call`() {
        var machine = Self.acquisition()
        guard case .call(.create(let claim)) = machine.start(now: Self.moment(5)) else {
            Issue.record("no create")
            return
        }
        #expect(claim.holder.uid == "u-1")
        #expect(claim.acquiredAt == Self.moment(5).wall)
        let held = HeldClaim(claim: claim, version: Self.version)
        #expect(machine.received(.lease(.claim(held)), now: Self.moment(9)) == .finish(.acquired(held)))
    }

    @Test func `of an active run ends in a conflict that names it, whatever the claim's age`() {
        let held = Self.held()
        var (machine, action) = Self.found(held, at: 10 * Self.gap)
        #expect(action == .call(.readRun(Self.other)))
        action = machine.received(Self.run(), now: Self.moment(10 * Self.gap))
        #expect(action == .finish(.conflict(ClaimConflict(held.claim, .active(phase: "Running", createdAt: nil)))))
    }

    @Test func `of a run that is not there waits for the gap and the skew`() {
        let held = Self.held()
        var (machine, _) = Self.found(held, at: 4000)
        let action = machine.received(.absent, now: Self.moment(4500))
        let wait = Self.gap + Self.skew - 4500
        #expect(action == .finish(.conflict(ClaimConflict(held.claim, .pending(waitMilliseconds: wait)))))
        #expect(ClaimConflict(held.claim, .pending(waitMilliseconds: wait)).waitSeconds == 51)
    }

    /// Who holds, what the read of the run answers, and whether the claim is taken over once it is old.
    @Test(arguments: [
        (held(), ClaimAnswer.absent, true),
        (held(), run(standing: .over), true),
        (held(), run(uid: "u-9", standing: .over), true),
        (held(), run(holds: false), true),
        (held(isDerived: true), run(holds: false), false),
        (held(isDerived: true), run(standing: .over), true),
        (held(), run(uid: "u-9"), false),
        (held(), run(standing: .template), true),
        (held(), run(standing: .becoming), false),
        (held(), run(standing: .annotated, holds: false), false),
    ])
    func `that is void is taken over`(held: HeldClaim, answer: ClaimAnswer, isVoid: Bool) {
        let old = Self.gap + Self.skew
        var (machine, _) = Self.found(held, at: old)
        var action = machine.received(answer, now: Self.moment(old))
        if action == .call(.listJobs(Self.other)) {
            action = machine.received(.jobs(active: nil), now: Self.moment(old))
        }
        guard isVoid else {
            guard case .finish(.conflict) = action else {
                Issue.record("\(action)")
                return
            }
            return
        }
        guard case .call(.replace(Self.version, let claim)) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(claim.transitions == 1)
        #expect(claim.holder.uid == "u-1")
        let now = HeldClaim(claim: claim, version: Self.version)
        #expect(
            machine.received(.lease(.claim(now)), now: Self.moment(old))
                == .finish(.takenOver(now, from: Self.held().claim.holder))
        )
    }

    @Test func `of a run that has ended is taken over at once`() {
        var (machine, _) = Self.found(Self.held(), at: 100)
        #expect(
            machine.received(Self.run(standing: .over), now: Self.moment(200)) == .call(.listJobs(Self.other))
        )
        guard case .call(.replace) = machine.received(.jobs(active: nil), now: Self.moment(210)) else {
            Issue.record("not taken over")
            return
        }
    }

    @Test(arguments: [run(standing: .over), run(uid: "u-9", standing: .over), run(standing: .template), .absent])
    func `of a run that is over is not taken over while a Job of it goes on`(answer: ClaimAnswer) {
        let old = Self.gap + Self.skew
        let held = Self.held()
        var (machine, _) = Self.found(held, at: old)
        #expect(machine.received(answer, now: Self.moment(old)) == .call(.listJobs(Self.other)))
        let action = machine.received(.jobs(active: "other-step-1"), now: Self.moment(old))
        guard case .finish(.conflict(let conflict)) = action,
            case .lingering(let job, let phase, _) = conflict.standing
        else {
            Issue.record("\(action)")
            return
        }
        #expect(job == "other-step-1")
        #expect((phase == nil) == (answer == .absent))
        #expect(conflict.waitSeconds == nil)
    }

    @Test func `is not taken over when the Jobs of its run cannot be listed`() {
        var (machine, _) = Self.found(Self.held(), at: 100)
        _ = machine.received(Self.run(standing: .over), now: Self.moment(200))
        guard case .finish(.unavailable(let failure)) = machine.expire() else {
            Issue.record("no end")
            return
        }
        #expect(failure.message.contains("listing the Jobs of run"), "\(failure.message)")
    }

    @Test func `of a template is not taken over before the gap, as the read may be older than the claim`() {
        var (machine, _) = Self.found(Self.held(), at: 100)
        guard case .finish(.conflict) = machine.received(Self.run(standing: .template), now: Self.moment(200)) else {
            Issue.record("taken over")
            return
        }
    }

    @Test func `for an update says that the run may have been over before`() {
        let own = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        let wish = BranchAcquisition.Wish(key: Self.key, holder: own, isDerived: false, isUpdate: true, replica: "us")
        var machine = BranchAcquisition(wish, timing: ClaimTiming())
        guard case .call(.create(let created)) = machine.start(now: Self.moment(5)) else {
            Issue.record("no create")
            return
        }
        #expect(created.hasRival)
        _ = machine.received(.exists, now: Self.moment(6))
        let earlier = Self.held(by: own.run, uid: "u-1")
        guard case .call(.replace(_, let renewed)) = machine.received(.lease(.claim(earlier)), now: Self.moment(7))
        else {
            Issue.record("not renewed")
            return
        }
        #expect(renewed.hasRival)
    }

    @Test func `of a run that has ended beside another attempt of its name is not`() {
        var (machine, _) = Self.found(Self.held(hasRival: true), at: 100)
        guard case .finish(.conflict) = machine.received(Self.run(standing: .over), now: Self.moment(200)) else {
            Issue.record("taken over")
            return
        }
    }

    @Test func `counts the age when the run was asked for, not when it answered`() {
        let almost = Self.gap + Self.skew - 1
        var (machine, _) = Self.found(Self.held(), at: almost)
        let action = machine.received(.absent, now: Self.moment(almost + 5000))
        #expect(action == .finish(.conflict(ClaimConflict(Self.held().claim, .pending(waitMilliseconds: 0)))))
    }

    @Test func `believes its own clock before another's`() {
        // The claimant's clock is an hour ahead, but this replica has seen the Lease for long enough.
        let held = Self.held(at: 3_600_000)
        let time = Self.gap + 500
        var (machine, _) = Self.found(held, at: time, observedAt: 500)
        _ = machine.received(.absent, now: Self.moment(time))
        guard case .call(.replace) = machine.received(.jobs(active: nil), now: Self.moment(time)) else {
            Issue.record("not taken over")
            return
        }
        var (early, _) = Self.found(held, at: time - 1, observedAt: 500)
        guard case .finish(.conflict) = early.received(.absent, now: Self.moment(time - 1)) else {
            Issue.record("taken over")
            return
        }
    }

    @Test func `that the run has already is renewed, and a second object of its name noted`() {
        let own = ObjectKey(namespace: "agents", name: "own")
        for (uid, hasRival) in [(ExactString("u-1"), false), ("u-0", true)] {
            let (_, action) = Self.found(Self.held(by: own, uid: uid), at: 100)
            guard case .call(.replace(Self.version, let claim)) = action else {
                Issue.record("\(action)")
                return
            }
            #expect(claim.hasRival == hasRival)
            #expect(claim.transitions == 0)
        }
        let (_, late) = Self.found(Self.held(by: own, uid: "u-0"), at: Self.gap + Self.skew)
        guard case .call(.replace(_, let claim)) = late else {
            Issue.record("\(late)")
            return
        }
        // However old: that object may be there for long.
        #expect(claim.hasRival)
    }
}
