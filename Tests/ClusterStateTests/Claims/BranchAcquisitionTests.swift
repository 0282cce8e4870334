import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `Claiming a branch` {
    private static let key = ClaimKey(branch: BranchKey(repository: "o/r", head: "codex/x"))
    private static let other = ObjectKey(namespace: "agents", name: "other")
    private static let version = LeaseVersion(uid: "l-1", resourceVersion: "7")
    private static let gap = ClaimTiming.defaultGapMilliseconds
    private static let skew = ClaimTiming.maximumSkewMilliseconds

    private static func moment(_ milliseconds: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_000_000 + milliseconds), steady: milliseconds)
    }

    private static func held(
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

    private static func run(
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

    private static func acquisition() -> BranchAcquisition {
        let own = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        let wish = BranchAcquisition.Wish(key: key, holder: own, isDerived: false, replica: "us")
        return BranchAcquisition(wish, timing: ClaimTiming())
    }

    /// Up to the read of the run that holds the claim.
    private static func found(
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
        #expect(machine.received(.lease(.claim(now)), now: Self.moment(old)) == .finish(.takenOver(now)))
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

    @Test func `that changes hands again and again ends`() {
        var machine = Self.acquisition()
        var action = machine.start(now: Self.moment(0))
        var calls = 0
        while case .call(let call) = action {
            calls += 1
            let isCreate = if case .create = call { true } else { false }
            action = machine.received(isCreate ? .exists : .absent, now: Self.moment(0))
        }
        // Eight rounds: a create and a read each.
        #expect(calls == 16)
        guard case .finish(.unavailable(let failure)) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(failure.message.contains("changed hands"))
    }

    @Test func `is tried again after a failure that may pass, three times`() {
        let failure = ClaimFailure(message: "busy", isTransient: true, retryAfterMilliseconds: nil)
        var machine = Self.acquisition()
        _ = machine.start(now: Self.moment(0))
        for delay: Int64 in [100, 200, 400] {
            #expect(machine.received(.failed(failure), now: Self.moment(0)) == .wait(until: delay))
            guard case .call(.create) = machine.wake(now: Self.moment(delay)) else {
                Issue.record("no create")
                return
            }
        }
        #expect(machine.received(.failed(failure), now: Self.moment(0)) == .finish(.unavailable(failure)))
    }

    @Test(arguments: [0, 7000, Int64.max])
    func `waits as long as the server asks, within reason`(asked: Int64) {
        let failure = ClaimFailure(message: "busy", isTransient: true, retryAfterMilliseconds: asked)
        var machine = Self.acquisition()
        _ = machine.start(now: Self.moment(0))
        let wait = min(max(asked, 100), 30_000)
        #expect(machine.received(.failed(failure), now: Self.moment(5)) == .wait(until: 5 + wait))
    }

    @Test(arguments: [Int64.min, -1, .max])
    func `reckons with any time a Lease may tell`(acquiredAt: Int64) {
        var held = Self.held()
        held.claim.acquiredAt = WallTime(milliseconds: acquiredAt)
        let moments = [Self.moment(0), ClaimMoment(wall: WallTime(milliseconds: -1), steady: 0)]
        for moment in moments {
            let wait = ClaimTiming().remaining(held.claim, at: moment, observedAt: nil)
            #expect((acquiredAt == .max) == (wait > 1 << 40))
            #expect(ClaimTiming().remaining(held.claim, at: moment, observedAt: 0) <= Self.gap)
        }
        let conflict = ClaimConflict(held.claim, .pending(waitMilliseconds: .max))
        #expect(conflict.waitSeconds == Int(Int64.max / 1000) + 1)
    }

    @Test func `is given up at once where trying again is no use`() {
        let failure = ClaimFailure(message: "forbidden", isTransient: false)
        var machine = Self.acquisition()
        _ = machine.start(now: Self.moment(0))
        #expect(machine.received(.failed(failure), now: Self.moment(0)) == .finish(.unavailable(failure)))
    }

    @Test func `finds a Lease of someone else, and says so`() {
        var machine = Self.acquisition()
        _ = machine.start(now: Self.moment(0))
        _ = machine.received(.exists, now: Self.moment(0))
        let action = machine.received(.lease(.foreign("Lease \"x\" is someone's")), now: Self.moment(0))
        guard case .finish(.unavailable(let failure)) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(failure.message == "Lease \"x\" is someone's")
    }

    @Test func `that is out of time says what it waited for`() {
        var (machine, _) = Self.found(Self.held(), at: 0)
        guard case .finish(.unavailable(let failure)) = machine.expire() else {
            Issue.record("no end")
            return
        }
        #expect(failure.message.contains("reading run \"agents/other\""))
    }

    @Test func `and the next one is given back when a later one is taken`() {
        let branches = ["b", "a", "c"].map {
            (key: ClaimKey(branch: BranchKey(repository: "o/r", head: ExactString($0))), isDerived: false)
        }
        let holder = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        var machine = RunAcquisition(.init(holder: holder, branches: branches), replica: "us", timing: ClaimTiming())
        var action = machine.start(now: Self.moment(0))
        var order: [ExactString] = []
        for number in 0..<2 {
            guard case .call(.create(let claim)) = action else { break }
            order.append(claim.key.branch.head)
            let version = LeaseVersion(uid: "l-\(number)", resourceVersion: "1")
            action = machine.received(.lease(.claim(HeldClaim(claim: claim, version: version))), now: Self.moment(0))
        }
        #expect(order == ["a", "b"])
        _ = machine.received(.exists, now: Self.moment(0))
        var other = Self.held()
        other.claim.key = branches[2].key
        _ = machine.received(.lease(.claim(other)), now: Self.moment(0))
        guard case .finish(let result) = machine.received(.absent, now: Self.moment(0)) else {
            Issue.record("no end")
            return
        }
        #expect(result.taken.map(\.version.uid) == ["l-0", "l-1"])
        #expect(result.counts == [.acquired, .acquired, .conflict])
    }

    @Test func `is not tried for more branches than a review has time for`() {
        let branches = (0...BranchKey.maximumOfRun).map {
            (key: ClaimKey(branch: BranchKey(repository: "o/r", head: ExactString("b\($0)"))), isDerived: false)
        }
        let holder = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        var machine = RunAcquisition(.init(holder: holder, branches: branches), replica: "us", timing: ClaimTiming())
        guard case .finish(let result) = machine.start(now: Self.moment(0)),
            case .unavailable(let failure) = result.decision
        else {
            Issue.record("tried")
            return
        }
        #expect(failure.message.contains("33 head branches"))
        #expect(result.counts == [.unavailable] + repeatElement(.untried, count: 32))
    }

    /// What the first of three branches comes to, whether it is over then, and what is counted.
    @Test(arguments: [
        (ClaimAnswer.failed(ClaimFailure(message: "no", isTransient: false)), false),
        (.lease(.foreign("Lease \"x\" is someone's")), false), (nil, true),
    ])
    func `that cannot be had leaves no branch uncounted`(answer: ClaimAnswer?, expires: Bool) {
        let branches = ["a", "b", "c"].map {
            (key: ClaimKey(branch: BranchKey(repository: "o/r", head: ExactString($0))), isDerived: false)
        }
        let holder = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        var machine = RunAcquisition(.init(holder: holder, branches: branches), replica: "us", timing: ClaimTiming())
        _ = machine.start(now: Self.moment(0))
        let end =
            expires ? machine.expire(now: Self.moment(0)) : machine.received(answer ?? .exists, now: Self.moment(0))
        guard case .finish(let result) = end, case .unavailable = result.decision else {
            Issue.record("\(end)")
            return
        }
        #expect(result.counts == [.unavailable, .untried, .untried])
        #expect(result.taken.isEmpty)
    }

    @Test func `is not held before it was asked for`() {
        let holder = ClaimHolder(run: ObjectKey(namespace: "agents", name: "own"), uid: "u-1")
        var machine = RunAcquisition(
            .init(holder: holder, branches: [(key: Self.key, isDerived: false)]),
            replica: "us",
            timing: ClaimTiming()
        )
        guard case .finish(let result) = machine.expire(now: Self.moment(0)), case .unavailable = result.decision else {
            Issue.record("held")
            return
        }
        #expect(result.counts == [.unavailable])
    }
}
