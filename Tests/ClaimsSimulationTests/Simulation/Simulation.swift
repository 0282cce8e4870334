import AgentRuns
import JSONPull
import SimulationSupport
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

    indirect enum Event {
        case start(Request)
        case review(Int, replica: Int)
        case execute(ClaimCall, Return?)
        case answer(ClaimAnswer, Return)
        case decided(Int, isAdmitted: Bool, BranchClaimScope)
        case store(Int)
        case end(ObjectKey, uid: ExactString, deletes: Bool)
        case settle(ObjectKey, uid: ExactString)
        case annotate(ObjectKey, uid: ExactString)
        case startJob(ObjectKey, uid: ExactString, endsAt: Int64)
        case endJob(ObjectKey, uid: ExactString, deletes: Bool)
        case begin(ObjectKey, uid: ExactString)
        case watch(SimulatedCluster.Change, replica: Int, life: Int)
        case restart(Int)
        /// The policy has another scope, and each replica reads it some time later.
        case change(BranchClaimScope)
        case reload(Int, life: Int, BranchClaimScope)
        /// A run is stored that nobody has judged, as where the webhook is away and its configuration ignores that.
        case bypass(SimulatedRun)
        case audit
    }

    /// Whom an answer is for.
    struct Return {
        var replica: Int
        var life: Int
        var call: Int
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

    /// A review as one replica got it.
    struct Delivery: Hashable {
        var review: Int
        var replica: Int
    }

    /// One call of the webhook for a request, with an object of its own.
    struct Attempt {
        var request: Request
        var uid: ExactString
        var isDecided = false
        /// By which it was judged.
        var scope = BranchClaimScope.cluster
        /// Which replicas have it: a second one when it was delivered twice.
        var deliveries = 0
    }

    let seed: UInt64
    var random: SplitMix
    var weather: Weather
    let isCalm: Bool
    /// One replica only, and a run that nobody judged: no other replica makes up for what that one forgets.
    let isLonely: Bool
    /// Prints every event.
    var isTraced = false
    let clock = SimulatedClock()
    var now: Int64 { clock.milliseconds }
    var queue = EventQueue<Event>()
    var cluster: SimulatedCluster
    /// By the policy as it is.
    var scope: BranchClaimScope
    let readingFlaws: ReadingFlaws
    var replicas: [SimulatedReplica]
    var attempts: [Attempt] = []
    /// Objects of dry runs.
    var dryRuns: Set<ExactString> = []
    var storedRuns = 0
    /// Templates that became runs.
    var revivals = 0
    /// Changes of the policy, and runs that nobody judged.
    var changesOfScope = 0
    var bypasses = 0
    /// Runs that were over while a Job of them went on.
    var lingering: Set<ExactString> = []
    var conflicts = 0
    var steps = 0
    /// The last moment something of the bad weather is still to come.
    var lastTrouble: Int64 = 0
    var problem: String?
    /// Claims that serve no active run, each in the state it is in, since when.
    var voidSince: [ClaimKey: (version: LeaseVersion, time: Int64)] = [:]
    /// By which scope a replica judges a review, that of the policy it had when it began.
    var scopes: [Delivery: BranchClaimScope] = [:]
    let timing: ClaimTiming
    let branches: [BranchKey]

    init(seed: UInt64, flaws: ClaimFlaws = [], readingFlaws: ReadingFlaws = [], isLonely: Bool = false) {
        self.seed = seed
        random = SplitMix(seed: seed)
        self.isLonely = random.happens(50) || isLonely
        isCalm = random.happens(200) && !self.isLonely
        weather = self.isLonely ? .slow : isCalm ? .calm : Weather.draw(&random)
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
        for number in 0..<(self.isLonely ? 1 : Int(random.draw(2...3))) {
            // Half of what two may differ by, to either side; the edges often.
            let skew = random.pick([-5000, -5000, 5000, 5000, 0, random.draw(-5000...5000)])
            replicas.append(
                SimulatedReplica(
                    number: number,
                    clock: clock,
                    skew: skew,
                    timing: timing,
                    seed: seed,
                    scope: scope,
                    flaws: readingFlaws
                )
            )
        }
        addRequests()
        addChanges()
    }

    /// Policies and runs that come past the webhook.
    private mutating func addChanges() {
        if random.happens(150) {
            queue.add(.change(scope == .cluster ? .namespace : .cluster), at: random.draw(0...60_000))
        }
        if isLonely || random.happens(150) {
            let key = ObjectKey(namespace: "agents", name: "unjudged")
            var run = SimulatedRun(key: key, uid: "uid-unjudged", written: [random.pick(branches)], derived: [])
            run.scope = nil
            let time = random.draw(0...(isLonely ? 2000 : 60_000))
            trouble(until: time)
            queue.add(.bypass(run), at: time)
        }
    }

    /// A few bursts of requests: all at once, and again about when claims become void.
    private mutating func addRequests() {
        let gap = timing.gapMilliseconds
        // About when the run that nobody judged gets its claim, where there is one for certain.
        var burst: Int64 = isLonely ? 5000 : 0
        for number in 0..<Int(random.draw(isLonely ? 9...20 : 3...9)) {
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
            // More than are claimed for one run.
            if random.happens(10) {
                request.written = (0...BranchKey.maximumOfRun).map {
                    BranchKey(repository: "proompteng/lab", head: ExactString("codex/\($0)"))
                }
            }
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
        while problem == nil, let time = nextTime {
            if time > lastTrouble, !weatherIsOver, requestsAreOver(at: time) { calmDown(time) }
            if weatherIsOver, time > endOfCheck { break }
            clock.milliseconds = time
            if let replica = replicas.firstIndex(where: { $0.nextTime == time }) {
                replicas[replica].runNext()
            } else if let (_, event) = queue.pop() {
                if isTraced { print(now, event) }
                handle(event)
            }
            attend()
            publish()
            steps += 1
        }
        if problem == nil { checkEnd() }
        for number in replicas.indices { replicas[number].crash() }
        return problem.map { "seed \(seed), at \(now) ms: \($0)" }
    }

    private(set) var weatherIsOver = false
    private(set) var endOfCheck = Int64.max
    var lastRequestEnd: Int64 = 0

    /// When something happens next: in a replica, or outside of them.
    private var nextTime: Int64? {
        replicas.reduce(queue.nextTime) { earliest, replica in
            replica.nextTime.map { min($0, earliest ?? .max) } ?? earliest
        }
    }

    private func requestsAreOver(at time: Int64) -> Bool {
        time > lastRequestEnd
    }

    /// From here on everything works, and nothing new is asked.
    private mutating func calmDown(_ time: Int64) {
        weatherIsOver = true
        clock.milliseconds = time
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
        case .decided(let attempt, let isAdmitted, let scope): decided(attempt, isAdmitted: isAdmitted, scope)
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
            replicas[replica].observe(change)
        case .restart(let replica): if !replicas[replica].isUp { restart(replica) }
        case .change(let scope): change(to: scope)
        case .reload(let replica, let life, let scope): if isAlive(replica, life) { replicas[replica].use(scope) }
        case .bypass(let run): bypass(run)
        case .audit: if isCalm || weatherIsOver { audit() }
        }
    }

    func isAlive(_ replica: Int, _ life: Int) -> Bool {
        replicas[replica].isUp && replicas[replica].life == life
    }

    mutating func restart(_ replica: Int) {
        replicas[replica].restart(cluster, scope: scope)
    }

    private mutating func bypass(_ run: SimulatedRun) {
        guard cluster.store(run) else { return }
        bypasses += 1
        if !isLonely { live(run) }
    }

    private mutating func change(to scope: BranchClaimScope) {
        self.scope = scope
        changesOfScope += 1
        for number in replicas.indices where replicas[number].isUp {
            let time = now + random.draw(0...20_000)
            trouble(until: time)
            queue.add(.reload(number, life: replicas[number].life, scope), at: time)
        }
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
