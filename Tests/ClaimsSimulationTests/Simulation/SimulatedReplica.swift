import AgentRuns
import JSONPull
import Logging
import NIOCore

@testable import AdmissionServer
@testable import ClusterState
@testable import KubernetesClient

/// One replica: the product's desk of claims and its store of runs and Jobs, in simulated time, with a simulated network.
struct SimulatedReplica {
    /// A call the desk wants made.
    struct Call {
        var call: ClaimCall
        var timeoutMilliseconds: Int64
        var number: Int
    }

    /// One life of the process: what was meant for an earlier one is lost.
    private final class Process: LeaseClient {
        let loop: SimulatedEventLoop
        var eventLoop: any EventLoop { loop }
        let store: ClusterStore
        /// Calls that nobody has sent yet.
        var wanted: [Call] = []
        var nextCall = 0
        /// Who waits for the answer to a call.
        var callers: [Int: EventLoopPromise<ClaimAnswer>] = [:]
        /// Who waits for a review's claims, by attempt.
        var reviews: [Int: EventLoopPromise<RunAcquisition.Result>] = [:]
        /// Reviews whose claims are decided.
        var decided: [(review: Int, result: RunAcquisition.Result)] = []

        init(_ loop: SimulatedEventLoop) {
            self.loop = loop
            store = ClusterStore(
                repositoryOptions: SimulatedRun.projection.repositoryOptions,
                generation: SimulatedRun.projection.generation,
                owner: .cluster([SimulatedCluster.runs, SimulatedCluster.jobs]),
                clock: { 0 }
            )
        }

        func perform(
            _ call: ClaimCall,
            timeout: TimeAmount,
            _ urgency: APIRequest.Urgency
        ) -> EventLoopFuture<ClaimAnswer> {
            let promise = loop.makePromise(of: ClaimAnswer.self)
            let timeout = max(1, timeout.nanoseconds / 1_000_000)
            wanted.append(Call(call: call, timeoutMilliseconds: timeout, number: nextCall))
            callers[nextCall] = promise
            nextCall += 1
            return promise.futureResult
        }

        func end() {
            for promise in callers.values { promise.fail(CancellationError()) }
            for promise in reviews.values { promise.fail(CancellationError()) }
            (callers, reviews, wanted, decided) = ([:], [:], [], [])
            loop.close()
        }
    }

    private var process: Process
    private var desk: ClaimDesk<Process>
    private let clock: SimulatedClock
    private let flaws: ReadingFlaws
    private let seed: UInt64
    private let timing: ClaimTiming
    let name: String
    let skew: Int64
    var isUp = true
    /// Grows with every crash.
    var life = 0
    /// By the policy that it has read.
    private(set) var scope: BranchClaimScope
    /// Up to when events of watches have been delivered: they come in order.
    var leasesWatched: Int64 = 0
    var runsWatched: Int64 = 0
    var jobsWatched: Int64 = 0

    init(
        number: Int,
        clock: SimulatedClock,
        skew: Int64,
        timing: ClaimTiming,
        seed: UInt64,
        scope: BranchClaimScope,
        flaws: ReadingFlaws
    ) {
        name = "replica-\(number)"
        (self.clock, self.skew, self.timing, self.scope, self.flaws) = (clock, skew, timing, scope, flaws)
        self.seed = seed &+ UInt64(number)
        process = Process(SimulatedEventLoop(clock))
        desk = Self.desk(process, name, clock, skew, timing, self.seed, scope)
    }

    private static func desk(
        _ process: Process,
        _ name: String,
        _ clock: SimulatedClock,
        _ skew: Int64,
        _ timing: ClaimTiming,
        _ seed: UInt64,
        _ scope: BranchClaimScope
    ) -> ClaimDesk<Process> {
        let startedAt = clock.milliseconds
        return ClaimDesk(
            ClaimKeeper.Configuration(namespace: "system", replica: name, timing: timing, scope: scope),
            caller: process,
            runs: process.store,
            environment: ClaimKeeper.Environment(
                now: {
                    let wall = 1_000_000_000_000 + clock.milliseconds + skew
                    return ClaimMoment(wall: WallTime(milliseconds: wall), steady: clock.milliseconds - startedAt)
                },
                seed: seed
            ),
            figures: ClaimFigures(),
            logger: Logger(label: "claims") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    // MARK: Its life

    mutating func crash() {
        isUp = false
        life += 1
        process.end()
    }

    /// Starts anew, with the policy as it is and lists of Leases and runs.
    mutating func restart(_ cluster: SimulatedCluster, scope: BranchClaimScope) {
        isUp = true
        self.scope = scope
        process = Process(SimulatedEventLoop(clock))
        desk = Self.desk(process, name, clock, skew, timing, seed, scope)
        let now = clock.milliseconds
        (leasesWatched, runsWatched, jobsWatched) = (now, now, now)
        list(cluster.runs.values.sorted { $0.key < $1.key }.map(\.json), SimulatedCluster.runs)
        list(cluster.activeJobs.keys.sorted().map(cluster.job), SimulatedCluster.jobs)
        desk.sawList(cluster.leases.values.sorted { $0.claim.key < $1.claim.key })
        desk.sawListOfRuns()
    }

    private func list(_ objects: [[UInt8]], _ source: ClusterSource) {
        var staged = process.store.stage(source)
        for object in objects { _ = unsafe object.withUnsafeBytes { unsafe staged.add($0) } }
        process.store.replace(with: staged, heardAt: 0)
    }

    mutating func use(_ scope: BranchClaimScope) {
        self.scope = scope
        desk.use(scope)
    }

    // MARK: What it hears

    func observe(_ change: SimulatedCluster.Change) {
        switch change {
        case .lease(let held): desk.saw([LeaseNews.changed(held)])
        case .leaseGone(let held): desk.saw([LeaseNews.gone(held)])
        case .run(let run, let change):
            process.store.apply([change], of: SimulatedCluster.runs, heardAt: 0)
            guard case .changed(let holder) = change.runNews else { return }
            desk.saw([RunNews.changed(flaws.reading(holder, of: run))])
        case .runGone(let change): apply(change, of: SimulatedCluster.runs)
        case .job(let change): apply(change, of: SimulatedCluster.jobs)
        }
    }

    private func apply(_ change: ClusterChange, of source: ClusterSource) {
        process.store.apply([change], of: source, heardAt: 0)
        if let news = change.runNews { desk.saw([news]) }
    }

    // MARK: Reviews

    /// Reviews whose claims are not decided yet.
    var openReviews: [Int] { process.reviews.keys.sorted() }

    func claim(_ review: Int, _ request: RunAcquisition.Request, within milliseconds: Int64) {
        let promise = process.loop.makePromise(of: RunAcquisition.Result.self)
        process.reviews[review] = promise
        promise.futureResult.assumeIsolated().whenSuccess { [process] result in
            process.reviews[review] = nil
            process.decided.append((review, result))
        }
        desk.claim(request, deadline: process.loop.now + .milliseconds(milliseconds), promise)
    }

    func isClaiming(_ review: Int) -> Bool { process.reviews[review] != nil }

    func release(_ result: RunAcquisition.Result) { desk.release(result) }

    // MARK: What it wants

    /// When it does something by itself.
    var nextTime: Int64? { isUp ? process.loop.nextTime : nil }

    func runNext() { process.loop.runNext() }

    /// The next call to be sent.
    func takeCall() -> Call? { process.wanted.isEmpty ? nil : process.wanted.removeFirst() }

    func takeDecision() -> (review: Int, result: RunAcquisition.Result)? {
        process.decided.isEmpty ? nil : process.decided.removeFirst()
    }

    /// The first answer to a call counts.
    func answer(_ call: Int, _ answer: ClaimAnswer) {
        process.callers.removeValue(forKey: call)?.succeed(answer)
    }
}
