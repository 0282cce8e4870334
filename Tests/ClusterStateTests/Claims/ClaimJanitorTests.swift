import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `The janitor of claims` {
    private static let timing = ClaimTiming()
    private static let jitter = ClaimJanitor.jitterMilliseconds

    private struct Nothing: KnownRuns {
        func run(of holder: ClaimHolder) -> HolderRun? { nil }
        func claimants(of branch: BranchKey) -> [HolderRun] { [] }
        func forEachHolder(_ body: (HolderRun) -> Void) {}
        func activeJob(of run: ObjectKey) -> ExactString? { nil }
    }

    private struct Known: KnownRuns {
        var runs: [HolderRun]
        func run(of holder: ClaimHolder) -> HolderRun? { runs.first { $0.key == holder.run && $0.uid == holder.uid } }
        func claimants(of branch: BranchKey) -> [HolderRun] { runs.filter { $0.branches.contains(branch) } }
        func forEachHolder(_ body: (HolderRun) -> Void) { for run in runs where !run.branches.isEmpty { body(run) } }
        func activeJob(of run: ObjectKey) -> ExactString? { runs.first { $0.key == run }?.job }
    }

    private static func moment(_ time: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_000_000 + time), steady: time)
    }

    private static func branch(_ number: Int) -> BranchKey {
        BranchKey(repository: "proompteng/lab", head: ExactString("codex/branch-\(number)"))
    }

    private static func run(_ number: Int, uid: ExactString = "u", isActive: Bool = true) -> HolderRun {
        HolderRun(
            key: ObjectKey(namespace: "agents", name: ExactString("run-\(number)")),
            uid: uid,
            phase: isActive ? "Running" : "Failed",
            createdAt: nil,
            standing: isActive ? .active : .over,
            branches: isActive ? [branch(number)] : []
        )
    }

    private static func held(_ number: Int, uid: ExactString = "u", version: Int = 1) -> HeldClaim {
        let claim = Claim(
            key: ClaimKey(branch: branch(number)),
            holder: ClaimHolder(run: run(number).key, uid: uid),
            acquiredAt: moment(0).wall,
            isDerived: false,
            replica: "them"
        )
        let version = LeaseVersion(uid: "lease-\(number)", resourceVersion: String(version))
        return HeldClaim(claim: claim, version: version)
    }

    /// Says that no Job of the run goes on, if that is asked next.
    private static func nextCallButJobs(
        _ janitor: inout ClaimJanitor,
        from time: inout Int64
    ) -> (call: ClaimCall, ticket: ClaimJanitor.Ticket)? {
        guard let next = nextCall(&janitor, from: &time) else { return nil }
        guard next.call == .listJobs(run(1).key) else { return next }
        janitor.received(.jobs(active: nil), for: next.ticket, now: moment(time))
        return nextCall(&janitor, from: &time)
    }

    private static func janitor() -> ClaimJanitor {
        ClaimJanitor(.init(scope: .cluster, replica: "us", timing: timing, seed: 1))
    }

    /// Lets time pass until it wants to call something, for an hour at the most.
    private static func nextCall(
        _ janitor: inout ClaimJanitor,
        from time: inout Int64
    ) -> (call: ClaimCall, ticket: ClaimJanitor.Ticket)? {
        while time < 3_600_000 {
            switch janitor.next(now: moment(time)) {
            case .idle: return nil
            case .wait(let until): time = max(until, time + 1)
            case .call(let call, let ticket): return (call, ticket)
            }
        }
        return nil
    }

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
        janitor.relisted(Known(runs: [lingering]), now: Self.moment(time))
        guard case .wait(let until) = janitor.next(now: Self.moment(time + Self.jitter)) else {
            Issue.record("asked")
            return
        }
        #expect(until >= Self.timing.gapMilliseconds)
        janitor.relisted(Known(runs: [Self.run(1, isActive: false)]), now: Self.moment(time))
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
        janitor.relisted(Known(runs: [run]), now: Self.moment(0))
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

    @Test func `asks nothing about a claim whose run was seen active`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.run(1), now: Self.moment(10))
        var time: Int64 = 10
        #expect(Self.nextCall(&janitor, from: &time)?.call == nil)
        #expect(janitor.claimCount == 1)
    }

    @Test func `asks nothing about claims whose runs are known when it starts`() {
        var janitor = Self.janitor()
        let known = Known(runs: (0..<1000).map { Self.run($0) })
        janitor.replace(with: (0..<1000).map { Self.held($0) }, known: known, now: Self.moment(0))
        janitor.relisted(known, now: Self.moment(0))
        var time: Int64 = 0
        #expect(Self.nextCall(&janitor, from: &time)?.call == nil)
        #expect(janitor.claimCount == 1000)
    }

    @Test(arguments: [ClaimAnswer.absent, .run(run(1, isActive: false)), .run(run(2))])
    func `removes a claim whose run is not there after the gap`(answer: ClaimAnswer) {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        var time: Int64 = 0
        let check = Self.nextCall(&janitor, from: &time)
        #expect(check?.call == .readRun(Self.run(1).key))
        #expect(time >= Self.timing.gapMilliseconds && time <= Self.timing.gapMilliseconds + Self.jitter)
        if let check { janitor.received(answer, for: check.ticket, now: Self.moment(time)) }
        let removal = Self.nextCallButJobs(&janitor, from: &time)
        #expect(removal?.call == .delete(Self.held(1).claim.key, Self.held(1).version))
    }

    @Test func `leaves a claim that was renewed since it was judged`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.run(1, isActive: false), now: Self.moment(10))
        janitor.saw(Self.held(1, uid: "u-2", version: 2), known: Nothing(), now: Self.moment(20))
        janitor.saw(Self.run(1, uid: "u-2"), now: Self.moment(30))
        var time: Int64 = 30
        #expect(Self.nextCall(&janitor, from: &time)?.call == nil)
    }

    @Test func `does not take an event that comes late for news`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1, version: 9), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.held(1, version: 8), known: Nothing(), now: Self.moment(5))
        #expect(janitor.observedAt(Self.held(1).claim.key, Self.held(1, version: 9).version) == 0)
    }

    @Test func `does not remove on the word of a run of the same name`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        janitor.saw(Self.run(1, uid: "earlier", isActive: false), now: Self.moment(10))
        janitor.sawDeletion(ofRun: Self.run(1).key, uid: "earlier", now: Self.moment(20))
        var time: Int64 = 20
        #expect(Self.nextCall(&janitor, from: &time)?.call == .readRun(Self.run(1).key))
        #expect(time >= Self.timing.gapMilliseconds)
    }

    @Test func `makes the claim that an active run lacks`() {
        var janitor = Self.janitor()
        janitor.saw(Self.run(1), now: Self.moment(0))
        var time: Int64 = 0
        let read = Self.nextCall(&janitor, from: &time)
        #expect(read?.call == .readRun(Self.run(1).key))
        #expect(time >= ClaimJanitor.coverDelayMilliseconds)
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
    private static func creating() -> (janitor: ClaimJanitor, create: ClaimJanitor.Ticket?, time: Int64) {
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
        #expect(time < 2 * ClaimJanitor.coverDelayMilliseconds + Self.jitter)
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

    @Test func `asks for twenty things a second at the most, two at once`() {
        var janitor = Self.janitor()
        for number in 0..<200 { janitor.saw(Self.held(number), known: Nothing(), now: Self.moment(0)) }
        let start = Self.timing.gapMilliseconds + Self.jitter
        var calls = 0
        for time in start..<(start + 1000) {
            while case .call(_, let ticket) = janitor.next(now: Self.moment(time)) {
                calls += 1
                janitor.received(.run(Self.run(0)), for: ticket, now: Self.moment(time))
            }
        }
        #expect(calls <= 20)
        for _ in 0..<5 { _ = janitor.next(now: Self.moment(start + 10_000)) }
        #expect(janitor.underWay.count <= ClaimJanitor.maximumCallsUnderWay)
    }

    @Test func `waits longer after each failure, a minute at the most`() {
        var janitor = Self.janitor()
        janitor.saw(Self.held(1), known: Nothing(), now: Self.moment(0))
        var (time, last): (Int64, Int64) = (0, 0)
        let failure = ClaimFailure(message: "busy", isTransient: true)
        for attempt in 0..<12 {
            guard let (_, ticket) = Self.nextCall(&janitor, from: &time) else { break }
            if attempt > 0 { #expect(time - last <= 60_000 + Self.jitter) }
            if attempt > 8 { #expect(time - last >= 60_000) }
            last = time
            janitor.received(.failed(failure), for: ticket, now: Self.moment(time))
        }
        #expect(last > 200_000)
    }

    @Test func `keeps a thousand claims in less than a megabyte`() {
        var janitor = Self.janitor()
        for number in 0..<1000 { janitor.saw(Claims.typical(number), known: Claims(), now: Claims.moment) }
        var bytes = janitor.queue.count.nextPowerOfTwo * (MemoryLayout<ClaimJanitor.Work>.stride + 8)
        bytes += Self.tableBytes(janitor.claims) + Self.tableBytes(janitor.claimsOfRun)
        for (key, entry) in janitor.claims {
            let run = entry.holder.run
            let texts = [key.branch.repository, key.branch.head, run.namespace, run.name, entry.holder.uid]
            bytes += texts.map(\.string).reduce(0) { $0 + Self.heapBytes($1) }
            bytes += Self.heapBytes(entry.version.uid) + Self.heapBytes(entry.version.resourceVersion)
        }
        for keys in janitor.claimsOfRun.values { bytes += 48 + keys.capacity * MemoryLayout<ClaimKey>.stride }
        #expect(janitor.claimCount == 1000)
        #expect(bytes < 1 << 20, "\(bytes) bytes")
    }

    /// A table has a power of two places, three of four of which can be filled.
    private static func tableBytes<Key, Value>(_ table: [Key: Value]) -> Int {
        (table.capacity * 4 / 3).nextPowerOfTwo * (MemoryLayout<Key>.stride + MemoryLayout<Value>.stride)
    }

    /// A text of more than 15 bytes has a block of the heap, with a head of 32 bytes and 8 of the allocator's.
    private static func heapBytes(_ text: String) -> Int {
        text.utf8.count > 15 ? (text.utf8.count + 1 + 32 + 8 + 15) / 16 * 16 : 0
    }

    /// Claims with texts of usual length, each of its own.
    private struct Claims: KnownRuns {
        static let moment = ClaimMoment(wall: WallTime(milliseconds: 1_000_000), steady: 0)

        static func typical(_ number: Int) -> HeldClaim {
            let head = ExactString("codex/issue-\(100_000 + number)-leader-election")
            let run = ExactString("codex-issue-\(100_000 + number)-implementation-x7k2p")
            let claim = Claim(
                key: ClaimKey(branch: BranchKey(repository: ExactString("proompteng/service-\(number)"), head: head)),
                holder: ClaimHolder(
                    run: ObjectKey(namespace: ExactString("agents-of-team-\(number % 10)"), name: run),
                    uid: ExactString("0b8f7c5e-7a53-4b6c-9f0e-\(100_000_000_000 + number)")
                ),
                acquiredAt: WallTime(milliseconds: 1_000_000),
                isDerived: false,
                replica: "agentrun-admission-6d5f8c7b9-x7k2p"
            )
            let uid = "7a538f7c-0b8f-4b6c-9f0e-\(100_000_000_000 + number)"
            return HeldClaim(
                claim: claim,
                version: LeaseVersion(uid: uid, resourceVersion: String(81_234_567 + number))
            )
        }

        func run(of holder: ClaimHolder) -> HolderRun? { nil }
        func claimants(of branch: BranchKey) -> [HolderRun] { [] }
        func forEachHolder(_ body: (HolderRun) -> Void) {}
        func activeJob(of run: ObjectKey) -> ExactString? { nil }
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
