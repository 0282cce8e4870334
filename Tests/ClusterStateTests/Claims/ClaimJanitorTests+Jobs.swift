import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

/// What Jobs that go on have to do with a claim.
extension `The janitor of claims` {
    @Test func `removes a claim soon after its run was seen to end, when no Job of it goes on`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.run(1), now: Self.moment(10))
        janitor.saw(Self.run(1, isActive: false), now: Self.moment(1000))
        var time: Int64 = 1000
        let next = Self.nextCallButJobs(&janitor, from: &time)
        #expect(next?.call == .delete(Self.held(1).claim.key, Self.held(1).version))
        #expect(time <= 1000 + Self.jitter + ClaimJanitor.minimumIntervalMilliseconds)
        if let next { janitor.received(.deleted, for: next.ticket, now: Self.moment(time)) }
        #expect(janitor.takeCounts() == [.released])
        let releases = janitor.takeReleases()
        #expect(releases.map(\.claim.holder) == [Self.held(1).claim.holder] && releases.map(\.isOver) == [true])
        #expect(janitor.takeReleases().isEmpty)
        #expect(janitor.claimCount == 0)
    }

    /// Seen to end, or found over or gone when it was looked at.
    @Test(arguments: [nil, .absent, .run(run(1, uid: "u-2", isActive: false))] as [ClaimAnswer?])
    func `keeps a claim until no Job of its run goes on`(answer: ClaimAnswer?) {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        if answer == nil { janitor.saw(Self.run(1, isActive: false), now: Self.moment(0)) }
        var time: Int64 = 0
        func next() -> ClaimCall? {
            guard var found = Self.nextCall(&janitor, from: &time) else { return nil }
            if let answer, found.call == .readRun(Self.run(1).key) {
                janitor.received(answer, for: found.ticket, now: Self.moment(time))
                guard let after = Self.nextCall(&janitor, from: &time) else { return nil }
                found = after
            }
            let isOver = time > 200_000
            if found.call == .listJobs(Self.run(1).key) {
                janitor.received(.jobs(active: isOver ? nil : "job"), for: found.ticket, now: Self.moment(time))
            }
            return found.call
        }
        var rounds = 0
        while let call = next() {
            rounds += 1
            guard call == .listJobs(Self.run(1).key) else {
                #expect(call == .delete(Self.held(1).claim.key, Self.held(1).version))
                break
            }
        }
        // Without a word from the watch it asks again after the gap.
        #expect(rounds >= 4 && rounds <= 7)
        #expect(time > 200_000)
    }

    @Test func `looks again as soon as the last Job is seen to end`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.run(1, isActive: false), now: Self.moment(0))
        var time: Int64 = 0
        guard let (call, ticket) = Self.nextCall(&janitor, from: &time), call == .listJobs(Self.run(1).key) else {
            Issue.record("not asked")
            return
        }
        janitor.received(.jobs(active: "job"), for: ticket, now: Self.moment(time))
        time += 5000
        janitor.sawEndOfJobs(ofRun: Self.run(2).key, now: Self.moment(time))
        janitor.sawEndOfJobs(ofRun: Self.run(1).key, now: Self.moment(time))
        let next = Self.nextCallButJobs(&janitor, from: &time)
        #expect(next?.call == .delete(Self.held(1).claim.key, Self.held(1).version))
        #expect(time <= 7000 + 2 * Self.jitter)
        // The look after the gap finds nothing to do.
        if let next { janitor.received(.deleted, for: next.ticket, now: Self.moment(time)) }
        #expect(Self.nextCall(&janitor, from: &time)?.call == nil)
    }

    @Test func `looks again when a list shows that no Job is left`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.run(1, isActive: false), now: Self.moment(0))
        var time: Int64 = 0
        guard let (_, ticket) = Self.nextCall(&janitor, from: &time) else {
            Issue.record("not asked")
            return
        }
        janitor.received(.jobs(active: "job"), for: ticket, now: Self.moment(time))
        var lingering = Self.run(1, isActive: false)
        lingering.job = "job"
        janitor.resync(Known(runs: [lingering]), now: Self.moment(time))
        guard case .wait(let until) = janitor.next(now: Self.moment(time + Self.jitter)) else {
            Issue.record("asked")
            return
        }
        #expect(until >= Self.timing.gapMilliseconds)
        janitor.resync(Known(runs: [Self.run(1, isActive: false)]), now: Self.moment(time))
        let asked = Self.nextCall(&janitor, from: &time)
        #expect(asked?.call == .listJobs(Self.run(1).key))
        #expect(time <= 3 * Self.jitter)
    }

    @Test(arguments: [nil, "job"] as [ExactString?])
    func `makes the claim of a run that is over only for a Job that goes on`(job: ExactString?) {
        var janitor = Self.janitor()
        var run = Self.run(1, isActive: false)
        run.branches = [Self.branch(1)]
        run.job = "job"
        janitor.resync(Known(runs: [run]), now: Self.moment(0))
        run.job = nil
        var time: Int64 = 0
        guard let (call, ticket) = Self.nextCall(&janitor, from: &time), call == .readRun(run.key) else {
            Issue.record("not read")
            return
        }
        janitor.received(.run(run), for: ticket, now: Self.moment(time))
        guard let (list, ofJobs) = Self.nextCall(&janitor, from: &time), list == .listJobs(run.key) else {
            Issue.record("not asked")
            return
        }
        janitor.received(.jobs(active: job), for: ofJobs, now: Self.moment(time))
        let next = Self.nextCall(&janitor, from: &time)
        guard job != nil else {
            #expect(next == nil)
            return
        }
        guard let (create, ofCreate) = next, case .create(let claim) = create else {
            Issue.record("no create")
            return
        }
        let held = HeldClaim(claim: claim, version: LeaseVersion(uid: "l", resourceVersion: "3"))
        janitor.received(.lease(.claim(held)), for: ofCreate, now: Self.moment(time))
        // It ends like any other.
        #expect(Self.nextCall(&janitor, from: &time)?.call == .readRun(run.key))
    }
}
