import AgentRuns
import JSONPull
import Testing

@testable import ClusterState

@Suite struct `The janitor of claims` {
    static let timing = ClaimTiming()
    static let jitter = ClaimJanitor.jitterMilliseconds

    struct Nothing: KnownRuns {
        func run(of holder: ClaimHolder) -> HolderRun? { nil }
        func claimants(of branch: BranchKey) -> [HolderRun] { [] }
        func forEachHolder(_ body: (HolderRun) -> Void) {}
        func activeJob(of run: ObjectKey) -> ExactString? { nil }
    }

    struct Known: KnownRuns {
        var runs: [HolderRun]
        func run(of holder: ClaimHolder) -> HolderRun? { runs.first { $0.key == holder.run && $0.uid == holder.uid } }
        func claimants(of branch: BranchKey) -> [HolderRun] { runs.filter { $0.branches.contains(branch) } }
        func forEachHolder(_ body: (HolderRun) -> Void) { for run in runs where !run.branches.isEmpty { body(run) } }
        func activeJob(of run: ObjectKey) -> ExactString? { runs.first { $0.key == run }?.job }
    }

    static func moment(_ time: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_000_000 + time), steady: time)
    }

    static func branch(_ number: Int) -> BranchKey {
        BranchKey(repository: "proompteng/lab", head: ExactString("codex/branch-\(number)"))
    }

    static func run(_ number: Int, uid: ExactString = "u", isActive: Bool = true) -> HolderRun {
        HolderRun(
            key: ObjectKey(namespace: "agents", name: ExactString("run-\(number)")),
            uid: uid,
            phase: isActive ? "Running" : "Failed",
            createdAt: nil,
            standing: isActive ? .active : .over,
            branches: isActive ? [branch(number)] : []
        )
    }

    static func held(_ number: Int, uid: ExactString = "u", version: Int = 1) -> HeldClaim {
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
    static func nextCallButJobs(
        _ janitor: inout ClaimJanitor,
        from time: inout Int64
    ) -> (call: ClaimCall, ticket: ClaimJanitor.Ticket)? {
        guard let next = nextCall(&janitor, from: &time) else { return nil }
        guard next.call == .listJobs(run(1).key) else { return next }
        janitor.received(.jobs(active: nil), for: next.ticket, now: moment(time))
        return nextCall(&janitor, from: &time)
    }

    static func janitor() -> ClaimJanitor {
        ClaimJanitor(.init(scope: .cluster, replica: "us", timing: timing, seed: 1))
    }

    /// Lets time pass until it wants to call something, for an hour at the most.
    static func nextCall(
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
        janitor.resync(known, now: Self.moment(0))
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
        let failure = ClaimFailure(message: "busy", cause: "busy", isTransient: true)
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
    static func tableBytes<Key, Value>(_ table: [Key: Value]) -> Int {
        (table.capacity * 4 / 3).nextPowerOfTwo * (MemoryLayout<Key>.stride + MemoryLayout<Value>.stride)
    }

    /// A text of more than 15 bytes has a block of the heap, with a head of 32 bytes and 8 of the allocator's.
    static func heapBytes(_ text: String) -> Int {
        text.utf8.count > 15 ? (text.utf8.count + 1 + 32 + 8 + 15) / 16 * 16 : 0
    }

    /// Claims with texts of usual length, each of its own.
    struct Claims: KnownRuns {
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
