internal import AgentRuns
package import JSONPull

// MARK: Leases

extension ClaimJanitor {
    /// A claim was seen: in an event, in a list, or in the answer to a call of this replica.
    package mutating func saw(_ held: HeldClaim, known: some KnownRuns, now: ClaimMoment) {
        guard enter(held, now), let entry = claims[held.claim.key] else { return }
        // What the watch of runs told before the Lease was known.
        if let run = known.run(of: entry.holder) { compare(held.claim.key, entry, with: run, now) }
    }

    /// Puts a claim into the table; false if that is no news.
    @discardableResult
    mutating func enter(_ held: HeldClaim, _ now: ClaimMoment) -> Bool {
        let key = held.claim.key
        if let known = claims[key] {
            guard known.version != held.version else { return false }
            // An answer of ours may be newer than the event that comes behind it.
            if Self.isOlder(held.version, than: known.version) { return false }
            drop(key, known)
        }
        nextNumber &+= 1
        let entry = Entry(
            number: nextNumber,
            holder: held.claim.holder,
            version: held.version,
            acquiredAt: held.claim.acquiredAt,
            observedAt: now.steady,
            isDerived: held.claim.isDerived,
            hasRival: held.claim.hasRival
        )
        claims[key] = entry
        claimsOfRun[entry.holder.run, default: []].append(key)
        scheduleCheck(key, entry, now)
        return true
    }

    /// Leases were listed: these claims, and no others.
    package mutating func replace(with list: [HeldClaim], known: some KnownRuns, now: ClaimMoment) {
        let listed = Set(list.map(\.claim.key))
        // In order, so that the same events give the same calls.
        for key in claims.keys.sorted() where !listed.contains(key) {
            if let entry = claims[key] { forget(key, entry) }
            adoptHolders(of: key, known, now)
        }
        for held in list { saw(held, known: known, now: now) }
    }

    /// A Lease is gone.
    package mutating func sawDeletion(of held: HeldClaim, known: some KnownRuns, now: ClaimMoment) {
        let key = held.claim.key
        if let entry = claims[key] {
            guard entry.version.uid == held.version.uid else { return }
            // The event of a removal of this replica's may come before its answer.
            for case .release(key, entry.version, let count) in underWay.values { noteRelease(key, entry, count) }
            forget(key, entry)
        }
        adoptHolders(of: key, known, now)
    }

    /// A claim that was given back is gone; its event comes behind.
    package mutating func sawOwnDeletion(of key: ClaimKey, _ version: LeaseVersion) {
        if let entry = claims[key], entry.version == version { forget(key, entry) }
    }

    /// A run that could not have the branch before gets it now.
    private mutating func adoptHolders(of key: ClaimKey, _ known: some KnownRuns, _ now: ClaimMoment) {
        for run in known.claimants(of: key.branch) { adopt(run, now) }
    }

    /// The Lease is gone: whoever lacked the branch may have it.
    mutating func forget(_ key: ClaimKey, _ entry: Entry) {
        drop(key, entry)
        for run in outrivalled.removeValue(forKey: key) ?? [] where unadopted[run] == nil {
            unadopted[run] = 0
            queue.add(.adopt(run), due: .min)
        }
    }

    private mutating func drop(_ key: ClaimKey, _ entry: Entry) {
        claims[key] = nil
        claimsOfRun[entry.holder.run]?.removeAll { $0 == key }
        if claimsOfRun[entry.holder.run]?.isEmpty ?? false { claimsOfRun[entry.holder.run] = nil }
    }

    /// Versions are numbers that grow, of one Lease and of its successors (Kubernetes 1.35 and all before).
    private static func isOlder(_ one: LeaseVersion, than other: LeaseVersion) -> Bool {
        guard let one = UInt64(one.resourceVersion), let other = UInt64(other.resourceVersion) else { return false }
        return one < other
    }

    mutating func scheduleCheck(_ key: ClaimKey, _ entry: Entry, _ now: ClaimMoment) {
        let claim = entry.claim(key)
        let wait = configuration.timing.remaining(claim, at: now, observedAt: entry.observedAt)
        schedule(.check(key, entry.number), at: now.steady + wait)
    }
}

// MARK: Runs

extension ClaimJanitor {
    /// A run was seen, new or changed.
    package mutating func saw(_ run: HolderRun, now: ClaimMoment) {
        for key in claimsOfRun[run.key] ?? [] {
            guard let entry = claims[key] else { continue }
            compare(key, entry, with: run, now)
        }
        if run.needsClaims { adopt(run, now) } else { unadopted[run.key] = nil }
    }

    /// A run is gone; the object of that uid.
    package mutating func sawDeletion(ofRun run: ObjectKey, uid: ExactString, now: ClaimMoment) {
        unadopted[run] = nil
        for key in claimsOfRun[run] ?? [] {
            guard let entry = claims[key], !uid.isEmpty, entry.holder.uid == uid else { continue }
            if entry.hasRival { doubt(key, entry, now) } else { end(key, entry, now) }
        }
    }

    /// No Job of the run of that name is active any more.
    package mutating func sawEndOfJobs(ofRun run: ObjectKey, now: ClaimMoment) {
        for key in claimsOfRun[run] ?? [] {
            guard let entry = claims[key], entry.isLingering else { continue }
            claims[key]?.isLingering = false
            schedule(work(key, entry), at: now.steady)
        }
    }

    /// What brings a claim to its end whose run is over or gone.
    func work(_ key: ClaimKey, _ entry: Entry) -> Work {
        entry.standing == .over ? .release(key, entry.number, .released) : .check(key, entry.number)
    }

    /// Runs or Jobs were listed anew: some may have gone without an event.
    package mutating func resync(_ known: some KnownRuns, now: ClaimMoment) {
        for key in claims.keys.sorted() {
            guard let entry = claims[key] else { continue }
            if let run = known.run(of: entry.holder) {
                compare(key, entry, with: run, now)
            } else {
                doubt(key, entry, now)
            }
            let run = entry.holder.run
            if entry.isLingering, known.activeJob(of: run) == nil { sawEndOfJobs(ofRun: run, now: now) }
        }
        known.forEachHolder { adopt($0, now) }
    }

    private mutating func compare(_ key: ClaimKey, _ entry: Entry, with run: HolderRun, _ now: ClaimMoment) {
        let claim = entry.claim(key)
        if run.hasEnded(claim, configuration.timing.flaws) { return end(key, entry, now) }
        let isNeeded = run.needs(claim) && run.uid == entry.holder.uid
        switch entry.standing {
        case .fresh where isNeeded: claims[key]?.standing = .confirmed
        case .fresh, .confirmed: if !isNeeded { doubt(key, entry, now) }
        case .over: break
        }
    }

    /// The run was seen not to have the branch: it has to be looked at.
    private mutating func doubt(_ key: ClaimKey, _ entry: Entry, _ now: ClaimMoment) {
        // A check that is under way may have read an older state.
        claims[key]?.isInDoubt = true
        guard entry.standing == .confirmed else { return }
        claims[key]?.standing = .fresh
        scheduleCheck(key, entry, now)
    }

    /// The object the claim was made for is over, which is final.
    private mutating func end(_ key: ClaimKey, _ entry: Entry, _ now: ClaimMoment) {
        guard entry.standing != .over else { return }
        claims[key]?.standing = .over
        schedule(.release(key, entry.number, .released), at: now.steady)
    }

    /// Makes sure that a run gets the claims it needs and lacks.
    private mutating func adopt(_ run: HolderRun, _ now: ClaimMoment) {
        guard run.needsClaims, let scope = configuration.scope, unadopted[run.key] == nil else { return }
        let lacks = run.branches.contains { claims[scope.key($0, in: run.key.namespace)] == nil }
        guard lacks, unadopted.count < Self.maximumUnadopted else { return }
        unadopted[run.key] = 0
        schedule(.adopt(run.key), at: now.steady + Self.adoptionDelayMilliseconds)
    }
}

extension ClaimJanitor.Entry {
    /// As the Lease said it, as far as it matters.
    func claim(_ key: ClaimKey) -> Claim {
        Claim(key: key, holder: holder, acquiredAt: acquiredAt, isDerived: isDerived, hasRival: hasRival, replica: "")
    }
}
