import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

/// Claims that active runs lack.
extension `The janitor of claims` {
    @Test func `makes the claim that an active run lacks`() {
        var janitor = Self.janitor()
        janitor.saw(Self.run(1), now: Self.moment(0))
        var time: Int64 = 0
        let read = Self.nextCall(&janitor, from: &time)
        #expect(read?.call == .readRun(Self.run(1).key))
        #expect(time >= ClaimJanitor.adoptionDelayMilliseconds)
        if let read { janitor.received(.run(Self.run(1)), for: read.ticket, now: Self.moment(time)) }
        guard let (call, ticket) = Self.nextCall(&janitor, from: &time), case .create(let claim) = call else {
            Issue.record("no create")
            return
        }
        #expect(claim.holder.uid == "u")
        let held = HeldClaim(claim: claim, version: LeaseVersion(uid: "l", resourceVersion: "3"))
        janitor.received(.lease(.claim(held)), for: ticket, now: Self.moment(time))
        #expect(janitor.takeCounts() == [.acquired])
        // It may have given the branch up meanwhile.
        let again = Self.nextCall(&janitor, from: &time)
        #expect(again?.call == .readRun(Self.run(1).key))
        if let again { janitor.received(.run(Self.run(1)), for: again.ticket, now: Self.moment(time)) }
        #expect(Self.nextCall(&janitor, from: &time)?.call == nil)
        #expect(janitor.claimCount == 1)
    }

    /// Up to the answer to the create of the claim that run 1 lacks.
    static func creating() -> (janitor: ClaimJanitor, create: ClaimJanitor.Ticket?, time: Int64) {
        var janitor = janitor()
        janitor.saw(run(1), now: moment(0))
        var time: Int64 = 0
        if let read = nextCall(&janitor, from: &time) {
            janitor.received(.run(run(1)), for: read.ticket, now: moment(time))
        }
        let create = nextCall(&janitor, from: &time)
        return (janitor, create?.ticket, time)
    }

    @Test func `makes the claim of an active run though another Lease was there and went`() throws {
        var (janitor, create, time) = Self.creating()
        janitor.received(.exists, for: try #require(create), now: Self.moment(time))
        let read = try #require(Self.nextCall(&janitor, from: &time))
        #expect(read.call == .readLease(ClaimKey(branch: Self.branch(1))))
        janitor.received(.absent, for: read.ticket, now: Self.moment(time))
        // The run is looked at anew: it may be over by now.
        let again = try #require(Self.nextCall(&janitor, from: &time))
        #expect(again.call == .readRun(Self.run(1).key))
        #expect(time < 2 * ClaimJanitor.adoptionDelayMilliseconds + Self.jitter)
        janitor.received(.run(Self.run(1)), for: again.ticket, now: Self.moment(time))
        guard let (call, _) = Self.nextCall(&janitor, from: &time), case .create(let claim) = call else {
            Issue.record("no create")
            return
        }
        #expect(claim.holder.run == Self.run(1).key)
        #expect(janitor.takeCounts() == [.retried])
    }

    /// The read of the Lease may be older than the event that it is gone, which does not come again.
    @Test func `makes the claim of an active run when the one in its way turns out to be gone`() throws {
        var (janitor, create, time) = Self.creating()
        janitor.received(.exists, for: try #require(create), now: Self.moment(time))
        let read = try #require(Self.nextCall(&janitor, from: &time))
        var other = Self.held(2)
        other.claim.key = ClaimKey(branch: Self.branch(1))
        janitor.received(.lease(.claim(other)), for: read.ticket, now: Self.moment(time))
        #expect(janitor.takeCounts() == [.uncovered])
        let check = try #require(Self.nextCall(&janitor, from: &time))
        #expect(check.call == .readRun(Self.run(2).key))
        janitor.received(.absent, for: check.ticket, now: Self.moment(time))
        let jobs = try #require(Self.nextCall(&janitor, from: &time))
        #expect(jobs.call == .listJobs(Self.run(2).key))
        janitor.received(.jobs(active: nil), for: jobs.ticket, now: Self.moment(time))
        let removal = try #require(Self.nextCall(&janitor, from: &time))
        #expect(removal.call == .delete(other.claim.key, other.version))
        janitor.received(.absent, for: removal.ticket, now: Self.moment(time))
        let cover = try #require(Self.nextCall(&janitor, from: &time))
        #expect(cover.call == .readRun(Self.run(1).key))
        janitor.received(.run(Self.run(1)), for: cover.ticket, now: Self.moment(time))
        guard case .create? = Self.nextCall(&janitor, from: &time)?.call else {
            Issue.record("no create")
            return
        }
    }

    /// The run was read with the branch, and seen without it before the claim was there.
    @Test(arguments: [false, true])
    func `removes the claim of a run that gave the branch up while it was made`(isSeenFirst: Bool) throws {
        var (janitor, create, time) = Self.creating()
        var moved = Self.run(1)
        moved.branches = []
        if isSeenFirst { janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(time)) }
        janitor.saw(moved, now: Self.moment(time))
        janitor.received(.lease(.claim(Self.held(1))), for: try #require(create), now: Self.moment(time))
        let read = try #require(Self.nextCall(&janitor, from: &time))
        #expect(read.call == .readRun(moved.key))
        janitor.received(.run(moved), for: read.ticket, now: Self.moment(time))
        #expect(Self.nextCall(&janitor, from: &time)?.call == .delete(Self.held(1).claim.key, Self.held(1).version))
    }

    @Test func `counts a branch whose Lease nobody knows whose it is`() throws {
        var (janitor, create, time) = Self.creating()
        janitor.received(.lease(.foreign("someone's")), for: try #require(create), now: Self.moment(time))
        #expect(janitor.takeCounts() == [.uncovered])
    }

    @Test func `makes none for a run whose claim is on its way, or where there are none`() {
        var janitor = Self.janitor()
        janitor.saw(Self.run(1), now: Self.moment(0))
        janitor.saw(Self.held(1), known: Known(runs: [Self.run(1)]), now: Self.moment(100))
        var time: Int64 = 100
        if let (call, ticket) = Self.nextCall(&janitor, from: &time) {
            #expect(call == .readRun(Self.run(1).key))
            janitor.received(.run(Self.run(1)), for: ticket, now: Self.moment(time))
        }
        #expect(Self.nextCall(&janitor, from: &time)?.call == nil)
        janitor = ClaimJanitor(.init(scope: nil, replica: "us", timing: Self.timing, seed: 1))
        janitor.saw(Self.run(1), now: Self.moment(0))
        #expect(janitor.next(now: Self.moment(0)) == .idle)
    }
}
