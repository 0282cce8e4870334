import AgentRuns
import JSONPull

@testable import ClusterState

/// One replica: its protocol machines, its cache of runs, its clocks.
struct SimulatedReplica {
    /// Reviews under way, by attempt and delivery.
    var reviews: [Int: RunAcquisition] = [:]
    var janitor: ClaimJanitor
    var cache = Cache()
    var isUp = true
    /// Grows with every crash: what was meant for an earlier life is lost.
    var life = 0
    let skew: Int64
    /// Up to when events of watches have been delivered: they come in order.
    var leasesWatched: Int64 = 0
    var runsWatched: Int64 = 0
    /// When the janitor is to be woken; nil when not.
    var wakeAt: Int64?
    private let configuration: ClaimJanitor.Configuration
    private var startedAt: Int64

    init(number: Int, skew: Int64, timing: ClaimTiming, seed: UInt64) {
        configuration = ClaimJanitor.Configuration(
            scope: .cluster,
            replica: "replica-\(number)",
            timing: timing,
            seed: seed &+ UInt64(number)
        )
        janitor = ClaimJanitor(configuration)
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
        cache = Cache()
        (leasesWatched, runsWatched) = (now, now)
        for run in cluster.runs.values.sorted(by: { $0.key < $1.key }) { cache.runs[run.key] = run.seen }
        let leases = cluster.leases.values.sorted { $0.claim.key < $1.claim.key }
        janitor.replace(with: leases, known: cache, now: moment(now))
        janitor.relisted(cache, now: moment(now))
    }

    mutating func observe(_ change: SimulatedCluster.Change, now: Int64) {
        let moment = moment(now)
        switch change {
        case .lease(let held): janitor.saw(held, known: cache, now: moment)
        case .leaseGone(let held): janitor.sawDeletion(of: held, known: cache, now: moment)
        case .run(let run):
            cache.runs[run.key] = run
            janitor.saw(run, now: moment)
        case .runGone(let key, let uid):
            cache.runs[key] = nil
            janitor.sawDeletion(ofRun: key, uid: uid, now: moment)
        }
    }

    /// When the Lease in an answer was first seen as it is.
    func observedAt(_ answer: ClaimAnswer) -> Int64? {
        guard case .lease(.claim(let held)) = answer else { return nil }
        return janitor.observedAt(held.claim.key, held.version)
    }

    struct Cache: KnownRuns {
        var runs: [ObjectKey: HolderRun] = [:]

        func run(of holder: ClaimHolder) -> HolderRun? { runs[holder.run].flatMap { $0.uid == holder.uid ? $0 : nil } }
        func claimants(of branch: BranchKey) -> [HolderRun] {
            runs.values.filter { $0.branches.contains(branch) }.sorted { $0.key < $1.key }
        }
        func forEachHolder(_ body: (HolderRun) -> Void) {
            for run in runs.values.sorted(by: { $0.key < $1.key }) where !run.branches.isEmpty { body(run) }
        }
        func activeJob(of run: ObjectKey) -> ExactString? { nil }
    }
}
