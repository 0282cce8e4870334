import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `The janitor and templates` {
    private static let key = ObjectKey(namespace: "agents", name: "t")
    private static let branch = BranchKey(repository: "o/r", head: "codex/x")
    private static let gap = ClaimTiming().gapMilliseconds

    private struct Known: KnownRuns {
        var seen: HolderRun?
        func run(of holder: ClaimHolder) -> HolderRun? { seen }
        func claimants(of branch: BranchKey) -> [HolderRun] { [] }
        func forEachHolder(_ body: (HolderRun) -> Void) {}
        func activeJob(of run: ObjectKey) -> ExactString? { nil }
    }

    private static func moment(_ time: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_000_000 + time), steady: time)
    }

    private static func seen(_ standing: RunStanding, shows: Bool = true) -> HolderRun {
        HolderRun(
            key: key,
            uid: "u",
            phase: "Any",
            createdAt: nil,
            standing: standing,
            branches: standing.needsClaims && shows ? [branch] : []
        )
    }

    /// As it is made when a template becomes a run.
    private static let held = HeldClaim(
        claim: Claim(
            key: ClaimKey(branch: branch),
            holder: ClaimHolder(run: key, uid: "u"),
            acquiredAt: moment(0).wall,
            isDerived: false,
            hasRival: true,
            replica: "them"
        ),
        version: LeaseVersion(uid: "l", resourceVersion: "1")
    )

    /// The first call and when it comes; nil when there is none in an hour.
    private static func nextCall(_ janitor: inout ClaimJanitor, from time: Int64 = 0) -> (call: ClaimCall, at: Int64)? {
        var time = time
        while time < 3_600_000 {
            switch janitor.next(now: moment(time)) {
            case .idle: return nil
            case .wait(let until): time = max(until, time + 1)
            case .call(let call, _): return (call, time)
            }
        }
        return nil
    }

    /// What a replica has seen of the run before the claim, and whatever comes of it after.
    @Test(
        arguments: [nil, seen(.template), seen(.over), seen(.becoming)],
        [seen(.template), seen(.over), seen(.becoming)]
    )
    func `remove no claim of a run that was a template on what was seen before`(before: HolderRun?, after: HolderRun) {
        var janitor = ClaimJanitor(.init(scope: .cluster, replica: "us", timing: ClaimTiming(), seed: 1))
        janitor.saw(Self.held, known: Known(seen: before), now: Self.moment(0))
        janitor.saw(after, now: Self.moment(10))
        guard let next = Self.nextCall(&janitor) else {
            #expect(after.standing == .becoming)
            return
        }
        #expect(next.call == .readRun(Self.key))
        #expect(next.at >= Self.gap)
    }

    @Test(arguments: [seen(.active), seen(.becoming), seen(.annotated), seen(.annotated, shows: false)])
    func `leave the claim alone once its run is seen to need it`(run: HolderRun) {
        var janitor = ClaimJanitor(.init(scope: .cluster, replica: "us", timing: ClaimTiming(), seed: 1))
        janitor.saw(Self.held, known: Known(seen: Self.seen(.template)), now: Self.moment(0))
        janitor.saw(run, now: Self.moment(10))
        #expect(Self.nextCall(&janitor) == nil)
        #expect(janitor.claimCount == 1)
    }

    @Test func `make the claim that a run lacks which was a template a moment ago`() {
        var janitor = ClaimJanitor(.init(scope: .cluster, replica: "us", timing: ClaimTiming(), seed: 1))
        janitor.saw(Self.seen(.becoming), now: Self.moment(0))
        #expect(Self.nextCall(&janitor)?.call == .readRun(Self.key))
        janitor = ClaimJanitor(.init(scope: .cluster, replica: "us", timing: ClaimTiming(), seed: 1))
        janitor.saw(Self.seen(.template), now: Self.moment(0))
        #expect(Self.nextCall(&janitor) == nil)
    }
}
