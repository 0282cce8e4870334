import AgentRuns
import JSONPull
import TestRandomness

@testable import ClusterState

/// One schedule: a few replicas, a few branches, runs that come and go, and everything that can go wrong, drawn from a seed.
///
/// The webhook decides by claims alone here: no replica looks at its cache of runs before it admits, as if every watch
/// were late.
struct Simulation {
    /// Longest time from the start of a request to the storage of its object: what `ClaimTiming.safeGapMilliseconds` says.
    static let storageLimit = ClaimTiming.safeGapMilliseconds
    /// After this an API server answers a review no more.
    static let requestLimit: Int64 = 34_000
    static let callTimeout: Int64 = 5000

    indirect enum Event {
        case start(Request)
        case review(Int, replica: Int)
        case execute(ClaimCall, Return?)
        case answer(ClaimAnswer, Return)
        case deadline(Int, replica: Int, life: Int)
        case wakeReview(Int, replica: Int, life: Int)
        case wakeJanitor(replica: Int, life: Int, at: Int64)
        case decided(Int, isAdmitted: Bool)
        case store(Int)
        case end(ObjectKey, uid: ExactString, deletes: Bool)
        case settle(ObjectKey, uid: ExactString)
        case annotate(ObjectKey, uid: ExactString)
        case startJob(ObjectKey, uid: ExactString, endsAt: Int64)
        case endJob(ObjectKey, uid: ExactString, deletes: Bool)
        case begin(ObjectKey, uid: ExactString)
        case watch(SimulatedCluster.Change, replica: Int, life: Int)
        case restart(Int)
        case audit
    }

    /// Whom an answer is for.
    struct Return {
        enum Target {
            case review(Int)
            case janitor(ClaimJanitor.Ticket)
            case nobody
        }

        var replica: Int
        var life: Int
        var target: Target
    }

    /// A create or update that a client sends.
    struct Request {
        var key: ObjectKey
        var written: [BranchKey]
        var derived: [BranchKey]
        /// Those of both that the policy lets it have beside others.
        var shared: Set<BranchKey> = []
        var generatesName = false
        var isDryRun = false
        /// The object that is updated; nil for a create.
        var updates: ExactString?
        /// Whether the update makes a run of a template.
        var removesAnnotation = false
        var attemptsLeft = 3
        var startedAt: Int64 = 0
    }

    /// One call of the webhook for a request, with an object of its own.
    struct Attempt {
        var request: Request
        var uid: ExactString
        var isDecided = false
        /// Which replicas have it: a second one when it was delivered twice.
        var deliveries = 0
    }

    let seed: UInt64
    var random: SplitMix
    var weather: Weather
    let isCalm: Bool
    /// Prints every event.
    var isTraced = false
    var now: Int64 = 0
    var queue = EventQueue<Event>()
    var cluster: SimulatedCluster
    let scope: BranchClaimScope
    let readingFlaws: ReadingFlaws
    var replicas: [SimulatedReplica]
    var attempts: [Attempt] = []
    /// Objects of dry runs.
    var dryRuns: Set<ExactString> = []
    var storedRuns = 0
    /// Templates that became runs.
    var revivals = 0
    /// Runs that were over while a Job of them went on.
    var lingering: Set<ExactString> = []
    var conflicts = 0
    var steps = 0
    /// The last moment something of the bad weather is still to come.
    var lastTrouble: Int64 = 0
    var problem: String?
    /// Claims that serve no active run, each in the state it is in, since when.
    var voidSince: [ClaimKey: (version: LeaseVersion, time: Int64)] = [:]
    let timing: ClaimTiming
    let branches: [BranchKey]

    init(seed: UInt64, flaws: ClaimFlaws = [], readingFlaws: ReadingFlaws = []) {
        self.seed = seed
        random = SplitMix(seed: seed)
        isCalm = random.happens(200)
        weather = isCalm ? .calm : Weather.draw(&random)
        // The least that is claimed to be safe: what is longer hides mistakes.
        var timing = ClaimTiming(gapMilliseconds: Self.storageLimit)
        timing.flaws = flaws
        self.timing = timing
        self.readingFlaws = readingFlaws
        cluster = SimulatedCluster(flaws: readingFlaws)
        scope = random.happens(200) ? .namespace : .cluster
        branches = (0..<random.draw(1...3)).map {
            BranchKey(repository: "proompteng/lab", head: ExactString("codex/\($0)"))
        }
        replicas = []
        for number in 0..<Int(random.draw(2...3)) {
            // Half of what two may differ by, to either side; the edges often.
            let skew = random.pick([-5000, -5000, 5000, 5000, 0, random.draw(-5000...5000)])
            replicas.append(
                SimulatedReplica(
                    number: number,
                    skew: skew,
                    timing: timing,
                    seed: seed,
                    scope: scope,
                    flaws: readingFlaws
                )
            )
        }
        addRequests()
    }

    /// A few bursts of requests: all at once, and again about when claims become void.
    private mutating func addRequests() {
        let gap = timing.gapMilliseconds
        var burst: Int64 = 0
        for number in 0..<Int(random.draw(3...9)) {
            if random.happens(400) {
                burst += random.pick([0, gap - 1000, gap - 3000, gap - 6000, gap + 9000, random.draw(0...30_000)])
            }
            let isGenerated = random.happens(300)
            let name = isGenerated ? "run-\(number)-\(random.draw(0...1))" : "run-\(random.draw(0...2))"
            var wanted = branches.filter { _ in random.happens(600) }
            if wanted.isEmpty { wanted = [branches[0]] }
            let derived = random.happens(200) ? wanted.count : 0
            let namespace: ExactString = random.happens(700) ? "agents" : "others"
            var request = Request(
                key: ObjectKey(namespace: namespace, name: ExactString(name)),
                written: Array(wanted.dropLast(derived)),
                derived: Array(wanted.suffix(derived)),
                generatesName: isGenerated,
                isDryRun: random.happens(50)
            )
            if wanted.count > 1, random.happens(100) { request.shared = [random.pick(wanted)] }
            let start = burst + random.draw(0...3000)
            lastRequestEnd = max(lastRequestEnd, start + Self.storageLimit)
            queue.add(.start(request), at: start)
        }
        for second in stride(from: Int64(1000), through: 400_000, by: 5000) where isCalm {
            queue.add(.audit, at: second)
        }
    }

    // MARK: Running

    /// Runs the schedule to its end; what went wrong, nil if nothing did.
    mutating func run() -> String? {
        while problem == nil, let (time, event) = queue.pop() {
            if time > lastTrouble, !weatherIsOver, requestsAreOver(at: time) { calmDown(time) }
            if weatherIsOver, time > endOfCheck { break }
            now = time
            if isTraced { print(now, event) }
            handle(event)
            publish()
            steps += 1
        }
        if problem == nil { checkEnd() }
        return problem.map { "seed \(seed), at \(now) ms: \($0)" }
    }

    private(set) var weatherIsOver = false
    private(set) var endOfCheck = Int64.max
    var lastRequestEnd: Int64 = 0

    private func requestsAreOver(at time: Int64) -> Bool {
        time > lastRequestEnd
    }

    /// From here on everything works, and nothing new is asked.
    private mutating func calmDown(_ time: Int64) {
        weatherIsOver = true
        now = time
        weather = .calm
        for number in replicas.indices where !replicas[number].isUp { restart(number) }
        endOfCheck = time + Bound.afterTrouble(timing) + 1000
        queue.add(.audit, at: endOfCheck - 1)
    }

    mutating func fail(_ text: String) {
        if problem == nil { problem = text }
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .start(let request): start(request)
        case .review(let attempt, let replica): review(attempt, replica)
        case .execute(let call, let sender): execute(call, sender)
        case .answer(let answer, let sender): receive(answer, sender)
        case .deadline(let attempt, let replica, let life): expire(attempt, replica, life)
        case .wakeReview(let attempt, let replica, let life): wake(attempt, replica, life)
        case .wakeJanitor(let replica, let life, let time):
            guard isAlive(replica, life), replicas[replica].wakeAt == time else { return }
            replicas[replica].wakeAt = nil
            pump(replica)
        case .decided(let attempt, let isAdmitted): decided(attempt, isAdmitted: isAdmitted)
        case .store(let attempt): store(attempt)
        case .end(let key, let uid, let deletes): cluster.end(key, uid: uid, deletes: deletes, now: now)
        case .settle(let key, let uid): _ = cluster.update(key, uid: uid) { $0.isSettled = true }
        case .startJob(let key, let uid, let end):
            guard cluster.startJob(key, uid: uid) else { return }
            trouble(until: end)
            queue.add(.endJob(key, uid: uid, deletes: random.happens(300)), at: end)
        case .endJob(let key, let uid, let deletes): cluster.endJob(key, uid: uid, deletes: deletes)
        case .annotate(let key, let uid): cluster.annotate(key, uid: uid)
        case .begin(let key, let uid): _ = cluster.update(key, uid: uid, from: [.becoming]) { $0.standing = .active }
        case .watch(let change, let replica, let life):
            guard isAlive(replica, life) else { return }
            replicas[replica].observe(change, now: now)
            pump(replica)
        case .restart(let replica): if !replicas[replica].isUp { restart(replica) }
        case .audit: if isCalm || weatherIsOver { audit() }
        }
    }

    func isAlive(_ replica: Int, _ life: Int) -> Bool {
        replicas[replica].isUp && replicas[replica].life == life
    }

    mutating func restart(_ replica: Int) {
        replicas[replica].restart(cluster, now: now)
        pump(replica)
    }

    /// Sends what changed to the watches, in order for each kind, and looks at what must never be.
    private mutating func publish() {
        let changes = cluster.takeChanges()
        guard !changes.isEmpty else { return }
        for change in changes {
            for number in replicas.indices where replicas[number].isUp {
                let time = now + random.draw(0...weather.watchLag)
                switch change {
                case .lease, .leaseGone:
                    replicas[number].leasesWatched = max(replicas[number].leasesWatched, time)
                    queue.add(
                        .watch(change, replica: number, life: replicas[number].life),
                        at: replicas[number].leasesWatched
                    )
                case .job:
                    replicas[number].jobsWatched = max(replicas[number].jobsWatched, time)
                    queue.add(
                        .watch(change, replica: number, life: replicas[number].life),
                        at: replicas[number].jobsWatched
                    )
                case .run, .runGone:
                    replicas[number].runsWatched = max(replicas[number].runsWatched, time)
                    queue.add(
                        .watch(change, replica: number, life: replicas[number].life),
                        at: replicas[number].runsWatched
                    )
                }
            }
        }
        if let found = cluster.problem { fail(found) }
        checkSafety()
        if isCalm { noteVoidClaims() }
    }
}
