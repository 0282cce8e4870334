internal import AgentRuns
internal import JSONPull

extension ClaimJanitor {
    /// The first call of a piece of work; nil when there is nothing to do any more.
    mutating func begin(_ work: Work, _ now: ClaimMoment) -> (Pending, ClaimCall)? {
        switch work {
        case .check(let key, let number): return beginCheck(key, number, now)
        case .release(let key, let number, let count):
            guard let entry = claims[key], entry.number == number else { return nil }
            // A Job of the run may go on, and then the branch is in use.
            return askForJobs(key, entry, count)
        case .adopt(let run):
            guard unadopted[run] != nil else { return nil }
            return (.readForAdoption(run), .readRun(run))
        }
    }

    /// The run of the claim is over or gone.
    private func askForJobs(_ key: ClaimKey, _ entry: Entry, _ count: ClaimCount) -> (Pending, ClaimCall) {
        configuration.timing.flaws.contains(.forgetsJobs)
            ? (.release(key, entry.version, count), .delete(key, condition(entry.version)))
            : (.jobs(key, entry.version, count), .listJobs(entry.holder.run))
    }

    private func condition(_ version: LeaseVersion) -> LeaseVersion {
        configuration.timing.condition(version, without: .deletesBlindly)
    }

    private mutating func beginCheck(
        _ key: ClaimKey,
        _ number: UInt32,
        _ now: ClaimMoment
    ) -> (Pending, ClaimCall)? {
        guard let entry = claims[key], entry.number == number, entry.standing == .fresh else { return nil }
        let wait = configuration.timing.remaining(entry.claim(key), at: now, observedAt: entry.observedAt)
        guard wait == 0 else {
            // The wall clock went back.
            schedule(.check(key, number), at: now.steady + wait)
            return nil
        }
        claims[key]?.isInDoubt = false
        return (.check(key, entry.version), .readRun(entry.holder.run))
    }

    /// The answer to a call.
    package mutating func received(_ answer: ClaimAnswer, for ticket: Ticket, now: ClaimMoment) {
        guard let pending = underWay.removeValue(forKey: ticket) else { return }
        switch pending {
        case .check(let key, let version): checked(key, version, answer, now)
        case .jobs(let key, let version, let count): foundJobs(key, version, count, answer, now)
        case .release(let key, let version, let count): released(key, version, count, answer, now)
        case .reread(let key, let version, let count): reread(key, version, count, answer, now)
        case .readForAdoption(let run): readForAdoption(run, answer, now)
        case .jobsForAdoption(let run, let holder): foundJobs(run, holder, answer, now)
        case .adopt(let run, let holder, let rest): adopted(run, holder, rest, answer, now)
        }
    }

    // MARK: Checks

    /// The run of a claim older than the gap was read.
    private mutating func checked(
        _ key: ClaimKey,
        _ version: LeaseVersion,
        _ answer: ClaimAnswer,
        _ now: ClaimMoment
    ) {
        guard let entry = claims[key], entry.version == version, entry.standing == .fresh else { return }
        switch answer {
        case .run(let run) where run.needs(entry.claim(key)):
            if run.uid == entry.holder.uid, !entry.isInDoubt {
                claims[key]?.standing = .confirmed
            } else {
                // Another object of the name has the branch: no event will tell when this claim is over.
                schedule(.check(key, entry.number), at: now.steady + configuration.timing.gapMilliseconds)
            }
        case .run(let run) where run.standing.needsClaims: remove(key, entry, .expired)
        case .run(let run):
            let hasEnded = run.hasEnded(entry.claim(key), configuration.timing.flaws)
            let (pending, call) = askForJobs(key, entry, hasEnded ? .released : .expired)
            follow(pending, call)
        case .absent:
            let (pending, call) = askForJobs(key, entry, .expired)
            follow(pending, call)
        case .failed(let failure): retry(.check(key, entry.number), key, failure, now)
        case .lease, .jobs, .deleted, .exists, .changed: retry(.check(key, entry.number), key, Self.confused, now)
        }
    }

    /// The Jobs of a run that is over or gone were listed.
    private mutating func foundJobs(
        _ key: ClaimKey,
        _ version: LeaseVersion,
        _ count: ClaimCount,
        _ answer: ClaimAnswer,
        _ now: ClaimMoment
    ) {
        guard let entry = claims[key], entry.version == version else { return }
        switch answer {
        case .jobs(nil): remove(key, entry, count)
        case .jobs:
            // The watch of Jobs tells when the last has ended, if it is there and misses nothing.
            claims[key]?.isLingering = true
            schedule(work(key, entry), at: now.steady + configuration.timing.gapMilliseconds)
        case .failed(let failure): retry(work(key, entry), key, failure, now)
        case .lease, .run, .absent, .deleted, .exists, .changed: retry(work(key, entry), key, Self.confused, now)
        }
    }

    private mutating func remove(_ key: ClaimKey, _ entry: Entry, _ count: ClaimCount) {
        claims[key]?.standing = .over
        follow(.release(key, entry.version, count), .delete(key, condition(entry.version)))
    }

    private mutating func released(
        _ key: ClaimKey,
        _ version: LeaseVersion,
        _ count: ClaimCount,
        _ answer: ClaimAnswer,
        _ now: ClaimMoment
    ) {
        switch answer {
        case .deleted:
            self.count(count)
            if let entry = claims[key], entry.version == version {
                noteRelease(key, entry, count)
                forget(key, entry)
            }
        case .absent:
            if let entry = claims[key], entry.version == version { forget(key, entry) }
        case .changed:
            // Its event may be on the way; it must not be waited for.
            if let entry = claims[key], entry.version == version {
                follow(.reread(key, version, count), .readLease(key))
            }
        case .failed(let failure): retryRelease(key, version, count, failure, now)
        case .lease, .run, .jobs, .exists: retryRelease(key, version, count, Self.confused, now)
        }
    }

    /// The Lease that could not be removed as it was judged.
    private mutating func reread(
        _ key: ClaimKey,
        _ version: LeaseVersion,
        _ count: ClaimCount,
        _ answer: ClaimAnswer,
        _ now: ClaimMoment
    ) {
        if case .lease(.claim(let held)) = answer, held.version != version {
            _ = enter(held, now)
            return
        }
        guard let entry = claims[key], entry.version == version else { return }
        switch answer {
        case .absent, .lease(.foreign): forget(key, entry)
        case .failed(let failure): retryRelease(key, version, count, failure, now)
        case .lease(.claim), .run, .jobs, .deleted, .exists, .changed:
            retryRelease(key, version, count, Self.confused, now)
        }
    }

    private mutating func retryRelease(
        _ key: ClaimKey,
        _ version: LeaseVersion,
        _ count: ClaimCount,
        _ failure: ClaimFailure,
        _ now: ClaimMoment
    ) {
        guard let entry = claims[key], entry.version == version else { return }
        retry(.release(key, entry.number, count), key, failure, now)
    }

    private mutating func retry(_ work: Work, _ key: ClaimKey, _ failure: ClaimFailure, _ now: ClaimMoment) {
        guard let failures = claims[key]?.failures else { return }
        count(.retried)
        claims[key]?.failures = min(failures, 100) + 1
        schedule(work, at: now.steady + Self.retryDelay(failures, failure))
    }

    private static let confused = ClaimFailure(
        message: "the API answered something else than it was asked",
        cause: "answer",
        isTransient: false
    )

    private static let vanished = ClaimFailure(
        message: "the Lease was there when it was to be made, and gone when it was read",
        cause: "vanished",
        isTransient: true
    )

    // MARK: Runs without a claim

    private mutating func readForAdoption(_ run: ObjectKey, _ answer: ClaimAnswer, _ now: ClaimMoment) {
        guard unadopted[run] != nil else { return }
        switch answer {
        case .run(let holder) where holder.standing.needsClaims: createMissing(run, holder, now)
        case .run(let holder): follow(.jobsForAdoption(run, holder), .listJobs(run))
        case .absent: unadopted[run] = nil
        case .failed(let failure): retryAdoption(run, failure, now)
        case .lease, .jobs, .deleted, .exists, .changed: retryAdoption(run, Self.confused, now)
        }
    }

    /// The Jobs of a run that is over and has no claim were listed.
    private mutating func foundJobs(_ run: ObjectKey, _ holder: HolderRun, _ answer: ClaimAnswer, _ now: ClaimMoment) {
        guard unadopted[run] != nil else { return }
        switch answer {
        case .jobs(nil): unadopted[run] = nil
        case .jobs(let job):
            var holder = holder
            holder.job = job
            createMissing(run, holder, now)
        case .failed(let failure): retryAdoption(run, failure, now)
        case .lease, .run, .absent, .deleted, .exists, .changed: retryAdoption(run, Self.confused, now)
        }
    }

    private mutating func createMissing(_ run: ObjectKey, _ holder: HolderRun, _ now: ClaimMoment) {
        let scope = configuration.scope
        let missing = holder.branches.compactMap { scope?.key($0, in: run.namespace) }.filter { claims[$0] == nil }
        create(run, holder, missing.prefix(BranchKey.maximumOfRun), now)
    }

    /// Makes the claims that are missing, one after the other.
    private mutating func create(
        _ run: ObjectKey,
        _ holder: HolderRun,
        _ keys: ArraySlice<ClaimKey>,
        _ now: ClaimMoment
    ) {
        guard let key = keys.first, holder.needsClaims else {
            unadopted[run] = nil
            return
        }
        let claim = Claim(
            key: key,
            holder: ClaimHolder(run: run, uid: holder.uid),
            acquiredAt: now.wall,
            isDerived: false,
            replica: configuration.replica
        )
        follow(.adopt(run, holder, rest: Array(keys)), .create(claim))
    }

    private mutating func adopted(
        _ run: ObjectKey,
        _ holder: HolderRun,
        _ keys: [ClaimKey],
        _ answer: ClaimAnswer,
        _ now: ClaimMoment
    ) {
        switch answer {
        case .lease(.claim(let held)):
            // Created, or there already and read, which may be older than the event that it is gone.
            if held.claim.holder.run != run {
                count(.uncovered)
                outrivalled[held.claim.key, default: []].append(run)
            } else if held.claim.replica == configuration.replica {
                count(.acquired)
            }
            enter(held, now)
            // The run was read before the claim was made, and may have given the branch up since: the claim stays fresh,
            // so that it is looked at once more. Of a run that is over no event tells when its last Job ends.
            if holder.job != nil, held.claim.holder.run == run, held.claim.holder.uid == holder.uid,
                unadopted[run] != nil, claims[held.claim.key]?.version == held.version
            {
                claims[held.claim.key]?.isLingering = true
            }
            if configuration.timing.flaws.contains(.keepsWhatIsGivenUp) {
                claims[held.claim.key]?.standing = .confirmed
            }
            create(run, holder, keys.dropFirst(), now)
        case .exists:
            guard let key = keys.first else { return retryAdoption(run, Self.confused, now) }
            follow(.adopt(run, holder, rest: keys), .readLease(key))
        case .lease(.foreign):
            count(.uncovered)
            create(run, holder, keys.dropFirst(), now)
        // It was there when it was to be made, and gone when it was read: the branch is free, and still lacks its claim.
        case .absent: retryAdoption(run, Self.vanished, now)
        case .failed(let failure): retryAdoption(run, failure, now)
        case .run, .jobs, .deleted, .changed: retryAdoption(run, Self.confused, now)
        }
    }

    private mutating func retryAdoption(_ run: ObjectKey, _ failure: ClaimFailure, _ now: ClaimMoment) {
        guard let failures = unadopted[run] else { return }
        count(.retried)
        unadopted[run] = min(failures, 100) + 1
        schedule(.adopt(run), at: now.steady + Self.retryDelay(failures, failure))
    }
}
