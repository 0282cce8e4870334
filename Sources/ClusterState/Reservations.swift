internal import AgentRuns
internal import JSONPull
internal import Policy

/// How many admissions are remembered, and for how long.
package struct ReservationLimits: Sendable {
    /// 50,000 of about 0.5 KB are 25 MB; at a run every ten seconds almost six days.
    ///
    /// Beyond it the oldest is dropped.
    package var maximumCount = 50_000
    /// How long a run is remembered that does not show up in the source; nil for as long as the process lives.
    ///
    /// Nil is right where the source is no mirror of the cluster (manifests). Else two minutes are plenty: an API server
    /// gives up a request after one.
    package var lifetimeMilliseconds: Int64?

    package init(lifetimeMilliseconds: Int64? = nil) {
        self.lifetimeMilliseconds = lifetimeMilliseconds
    }
}

/// What an operator has to know of what is remembered of admissions; told once each until the other is.
package enum ReservationNews: Equatable, Sendable {
    /// There are as many as there may be: from now on each new one takes the place of the oldest.
    case dropping(maximum: Int)
    /// There is room again; so many were dropped meanwhile.
    case keeping(dropped: Int)
}

/// The runs this process admitted, oldest first, with the branches it worked out for them.
struct Reservations: Sendable {
    /// What is remembered beside the run itself.
    private struct Detail: Sendable {
        var sequence: UInt64
        var admittedAt: Int64
        /// Whether the source has the run, too.
        var isConfirmed: Bool
    }

    private let limits: ReservationLimits
    private(set) var runs = RunIndex()
    /// By the run's place in ``runs``; nil where that is free.
    private var details: [Detail?] = []
    /// In order of admission, with those that have gone or been replaced since.
    private var queue: [(place: Int, sequence: UInt64)] = []
    private var queueStart = 0
    private var nextSequence: UInt64 = 0
    /// How many were dropped for want of room.
    private(set) var droppedCount = 0
    /// What ``droppedCount`` was when dropping began; nil while nothing is dropped.
    private var droppedBefore: Int?

    init(limits: ReservationLimits) {
        self.limits = limits
    }

    /// Remembers an admission in place of an earlier one of the same name; none if it holds nothing.
    ///
    /// `source` is what the cluster is known to have.
    mutating func insert(_ claims: BranchClaims, source: RunIndex, now: Int64) -> ReservationNews? {
        let key = ObjectKey(namespace: claims.namespace, name: claims.name)
        var branches = earlierBranches(of: key, before: claims)
        let earlierCount = branches.count
        if branches.isEmpty, claims.branches.count <= 1 {
            branches = claims.branches
        } else {
            var seen = Set(branches)
            for branch in claims.branches where seen.insert(branch).inserted { branches.append(branch) }
        }
        guard !branches.isEmpty || claims.idempotencyKey != nil else {
            remove(key)
            return nil
        }
        let mayBeAnother = !claims.isUpdate && earlierCount > 0
        let run = ProjectedRun(
            key: key,
            uid: mayBeAnother ? "" : claims.uid,
            phase: "Pending",
            createdAt: claims.createdAt,
            branches: branches,
            idempotencyKey: claims.idempotencyKey,
            facts: claims.submitsJobs ? [.active, .submitsJobs] : .active
        )
        let place = runs.insert(RunRecord(run, file: 0), branches: branches)
        while details.count <= place { details.append(nil) }
        let isThere = claims.isUpdate && source.run(key)?.facts.standing.needsClaims == true
        details[place] = Detail(sequence: nextSequence, admittedAt: now, isConfirmed: isThere)
        queue.append((place, nextSequence))
        nextSequence += 1
        let news = makeRoom()
        compactQueue()
        return news
    }

    /// Forgets the oldest as long as there are more than there may be.
    private mutating func makeRoom() -> ReservationNews? {
        // Half, so that a table that is nearly full is not told of again and again.
        if let before = droppedBefore, runs.count <= limits.maximumCount / 2 {
            droppedBefore = nil
            return .keeping(dropped: droppedCount - before)
        }
        guard runs.count > limits.maximumCount else { return nil }
        let isNews = droppedBefore == nil
        droppedBefore = droppedBefore ?? droppedCount
        while runs.count > limits.maximumCount, let oldest = oldest() {
            remove(at: oldest.place)
            droppedCount += 1
        }
        return isNews ? .dropping(maximum: limits.maximumCount) : nil
    }

    /// What was worked out for the name before and is held on.
    ///
    /// An UPDATE may come to nothing, and if not, the run may have begun with what it had. Of two CREATEs of a name one will
    /// be refused, and which one is not known where the API is watched, as it asks the webhook first.
    private func earlierBranches(of key: ObjectKey, before claims: BranchClaims) -> [BranchKey] {
        guard limits.lifetimeMilliseconds != nil || claims.isUpdate else { return [] }
        return runs.branches(of: key)
    }

    mutating func remove(_ key: ObjectKey) {
        guard let place = runs.place(of: key) else { return }
        remove(at: place)
    }

    /// Lets go of some branches of a run; of the run, too, when it holds nothing else.
    mutating func remove(_ branches: [BranchKey], of key: ObjectKey) {
        guard let place = runs.place(of: key), let run = runs.run(at: place), let detail = details[place] else {
            return
        }
        let gone = Set(branches)
        let rest = runs.branches(of: key).filter { !gone.contains($0) }
        guard !rest.isEmpty || run.keyDigest != 0 else { return remove(at: place) }
        remove(at: place)
        // The place that was freed last is given first, so that the queue still finds it.
        let next = runs.insert(run, branches: rest)
        while details.count <= next { details.append(nil) }
        details[next] = detail
        if next != place { queue.append((next, detail.sequence)) }
    }

    private mutating func remove(at place: Int) {
        details[place] = nil
        runs.remove(at: place)
    }

    /// Whether anything is forgotten after a time.
    var canExpire: Bool { limits.lifetimeMilliseconds != nil }

    /// Forgets what has not shown up in its time.
    ///
    /// Those admitted earlier are in front, so this costs nothing else.
    mutating func expire(now: Int64) {
        guard let lifetime = limits.lifetimeMilliseconds else { return }
        while let (place, detail) = oldest(), detail.admittedAt + lifetime <= now {
            // Once it has shown up, the source tells when it is over.
            if detail.isConfirmed { queueStart += 1 } else { remove(at: place) }
        }
    }

    /// Compares with what the source says now, and forgets what it knows better.
    mutating func reconcile(with source: RunIndex) {
        var keys: [ObjectKey] = []
        runs.forEachRun { keys.append($0.key) }
        for key in keys { reconcile(key, with: source) }
    }

    /// The same for one run: what was worked out for it is held until it is over, whatever its status says.
    mutating func reconcile(_ key: ObjectKey, with source: RunIndex) {
        guard let place = runs.place(of: key), let run = runs.run(at: place) else { return }
        if let found = source.run(key), found.mayBe(uid: run.uid) {
            switch found.facts.standing {
            case .active, .annotated, .becoming: details[place]?.isConfirmed = true
            // What it has begun goes on.
            case .over where source.isLingering(key), .template where source.isLingering(key):
                details[place]?.isConfirmed = true
            case .over: remove(at: place)
            // It is to become a run, which the source may show only later; or it was one and is over.
            case .template: if details[place]?.isConfirmed == true { remove(at: place) }
            }
        } else if limits.lifetimeMilliseconds != nil, details[place]?.isConfirmed == true {
            remove(at: place)
        }
    }

    /// The oldest admission that still is in the queue.
    private mutating func oldest() -> (place: Int, detail: Detail)? {
        while queueStart < queue.count {
            let entry = queue[queueStart]
            if let detail = details[entry.place], detail.sequence == entry.sequence { return (entry.place, detail) }
            queueStart += 1
        }
        return nil
    }

    /// Keeps the queue no longer than twice what is in it.
    private mutating func compactQueue() {
        guard queue.count > 64, queue.count > 2 * runs.count else { return }
        queue = queue[queueStart...].filter { details[$0.place]?.sequence == $0.sequence }
        queueStart = 0
    }
}
