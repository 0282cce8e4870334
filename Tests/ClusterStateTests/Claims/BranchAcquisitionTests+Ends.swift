import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

/// Attempts that come to nothing, and several branches of one run.
extension `Claiming a branch` {
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
        let failure = ClaimFailure(message: "busy", cause: "busy", isTransient: true)
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
        let failure = ClaimFailure(message: "busy", cause: "busy", isTransient: true, retryAfterMilliseconds: asked)
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
        let failure = ClaimFailure(message: "forbidden", cause: "forbidden", isTransient: false)
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
        (ClaimAnswer.failed(ClaimFailure(message: "no", cause: "no", isTransient: false)), false),
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

    /// What is told once for each cause must not be told for each branch, or for each number of them.
    @Test func `fails for one cause whatever the run and its branches are called`() {
        func cause(_ action: RunAcquisition.Action) -> String? {
            guard case .finish(let result) = action, case .unavailable(let failure) = result.decision else {
                return nil
            }
            return failure.cause
        }
        func machine(_ heads: [ExactString]) -> RunAcquisition {
            let branches = heads.map {
                (key: ClaimKey(branch: BranchKey(repository: "o/r", head: $0)), isDerived: false)
            }
            let holder = ClaimHolder(run: ObjectKey(namespace: "agents", name: heads[0]), uid: "u-1")
            return RunAcquisition(.init(holder: holder, branches: branches), replica: "us", timing: ClaimTiming())
        }
        let late = (["a", "b"] as [ExactString]).map { head in
            var machine = machine([head])
            _ = machine.start(now: Self.moment(0))
            return cause(machine.expire(now: Self.moment(0)))
        }
        #expect(late == ["timed out", "timed out"])
        let many = [33, 34].map { count in
            var machine = machine((0..<count).map { ExactString("b\($0)") })
            return cause(machine.start(now: Self.moment(0)))
        }
        #expect(many == ["too many", "too many"])
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
