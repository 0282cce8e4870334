import AgentRuns
import JSONPull

@testable import ClusterState

/// One replica: its protocol machines, its cache of runs, its clocks.
struct SimulatedReplica {
    /// Reviews under way, by attempt and delivery.
    var reviews: [Int: RunAcquisition] = [:]
    var janitor: ClaimJanitor
    /// What it knows of runs and Jobs.
    private(set) var store: ClusterStore
    private let flaws: ReadingFlaws
    var isUp = true
    /// Grows with every crash: what was meant for an earlier life is lost.
    var life = 0
    let skew: Int64
    /// Up to when events of watches have been delivered: they come in order.
    var leasesWatched: Int64 = 0
    var runsWatched: Int64 = 0
    var jobsWatched: Int64 = 0
    /// When the janitor is to be woken; nil when not.
    var wakeAt: Int64?
    private let configuration: ClaimJanitor.Configuration
    private var startedAt: Int64

    init(
        number: Int,
        skew: Int64,
        timing: ClaimTiming,
        seed: UInt64,
        scope: BranchClaimScope = .cluster,
        flaws: ReadingFlaws = []
    ) {
        configuration = ClaimJanitor.Configuration(
            scope: scope,
            replica: "replica-\(number)",
            timing: timing,
            seed: seed &+ UInt64(number)
        )
        janitor = ClaimJanitor(configuration)
        self.flaws = flaws
        store = Self.emptyStore()
        self.skew = skew
        startedAt = 0
    }

    var name: String { configuration.replica }
    var timing: ClaimTiming { configuration.timing }

    func moment(_ now: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_000_000_000_000 + now + skew), steady: now - startedAt)
    }

    mutating func crash() {
        isUp = false
        life += 1
        reviews = [:]
        wakeAt = nil
    }

    /// Starts anew, with lists of Leases and runs.
    mutating func restart(_ cluster: SimulatedCluster, now: Int64) {
        isUp = true
        startedAt = now
        janitor = ClaimJanitor(configuration)
        store = Self.emptyStore()
        (leasesWatched, runsWatched, jobsWatched) = (now, now, now)
        list(cluster.runs.values.sorted { $0.key < $1.key }.map(\.json), SimulatedCluster.runs)
        list(cluster.activeJobs.keys.sorted().map(cluster.job), SimulatedCluster.jobs)
        let leases = cluster.leases.values.sorted { $0.claim.key < $1.claim.key }
        janitor.replace(with: leases, known: store, now: moment(now))
        janitor.relisted(store, now: moment(now))
    }

    private static func emptyStore() -> ClusterStore {
        ClusterStore(
            repositoryOptions: SimulatedRun.projection.repositoryOptions,
            generation: SimulatedRun.projection.generation,
            sources: [SimulatedCluster.runs, SimulatedCluster.jobs],
            clock: { 0 }
        )
    }

    private func list(_ objects: [[UInt8]], _ source: ClusterSource) {
        var staged = store.stage(source)
        for object in objects { unsafe object.withUnsafeBytes { unsafe staged.add($0) } }
        store.replace(with: staged, heardAt: 0)
    }

    mutating func observe(_ change: SimulatedCluster.Change, now: Int64) {
        let moment = moment(now)
        switch change {
        case .lease(let held): janitor.saw(held, known: store, now: moment)
        case .leaseGone(let held): janitor.sawDeletion(of: held, known: store, now: moment)
        case .run(let run, let change):
            store.apply([change], of: SimulatedCluster.runs, heardAt: 0)
            if case .changed(let holder) = change.runNews { janitor.saw(flaws.reading(holder, of: run), now: moment) }
        case .runGone(let change):
            store.apply([change], of: SimulatedCluster.runs, heardAt: 0)
            if case .gone(let key, let uid) = change.runNews {
                janitor.sawDeletion(ofRun: key, uid: uid, now: moment)
            }
        case .job(let change):
            store.apply([change], of: SimulatedCluster.jobs, heardAt: 0)
            if case .jobs(let run) = change.runNews, store.activeJob(of: run) == nil {
                janitor.sawEndOfJobs(ofRun: run, now: moment)
            }
        }
    }

    /// When the Lease in an answer was first seen as it is.
    func observedAt(_ answer: ClaimAnswer) -> Int64? {
        guard case .lease(.claim(let held)) = answer else { return nil }
        return janitor.observedAt(held.claim.key, held.version)
    }
}
