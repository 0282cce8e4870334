internal import AgentRuns

/// Claims one branch for one run.
///
/// It creates the Lease. If there is one already it reads it: that of a run of the same name is renewed; of another run
/// the run is read, and if that is over, or is not there though the claim is older than the gap, and no Job of it goes on,
/// the Lease is replaced.
/// Every change carries the state it rests on, so whoever is late fails and looks again, a bounded number of times. It
/// reads no clock and speaks to no one: ``Action`` says what to do next, and exactly one of ``received(_:observedAt:now:)``
/// and ``wake(now:)`` is called with what came of it.
package struct BranchAcquisition: Sendable {
    package enum Action: Hashable, Sendable {
        case call(ClaimCall)
        /// Call ``BranchAcquisition/wake(now:)`` at that time by the steady clock.
        case wait(until: Int64)
        case finish(ClaimOutcome)
    }

    /// What is wanted.
    package struct Wish: Hashable, Sendable {
        package var key: ClaimKey
        package var holder: ClaimHolder
        package var isDerived: Bool
        /// Whether the object is there already, and is changed.
        package var isUpdate: Bool
        /// This replica.
        package var replica: String

        package init(
            key: ClaimKey,
            holder: ClaimHolder,
            isDerived: Bool,
            isUpdate: Bool = false,
            replica: String
        ) {
            self.key = key
            self.holder = holder
            self.isDerived = isDerived
            self.isUpdate = isUpdate
            self.replica = replica
        }
    }

    private enum State: Hashable {
        case idle
        case creating
        case readingLease
        case readingHolder(HeldClaim, askedAt: ClaimMoment, observedAt: Int64?)
        case readingJobs(HeldClaim, HolderRun?)
        case replacing(HeldClaim)
        case waiting
        case finished
    }

    /// Fifty runs that want one void claim need two rounds each: who is late finds the new holder.
    private static let maximumRounds = 8
    private static let maximumFailures = 3
    private static let firstDelayMilliseconds: Int64 = 100
    /// The longest time-out of a webhook: whoever is told to wait longer waits in vain.
    private static let maximumDelayMilliseconds: Int64 = 30_000

    private let wish: Wish
    private let timing: ClaimTiming
    private var state = State.idle
    private var rounds = 0
    private var failures = 0

    package init(_ wish: Wish, timing: ClaimTiming) {
        self.wish = wish
        self.timing = timing
    }

    package mutating func start(now: ClaimMoment) -> Action { create(now) }

    /// The answer to the last call.
    ///
    /// - Parameters:
    ///   - answer: what came.
    ///   - observedAt: when this replica first saw the Lease in the state it is in now, by the steady clock; nil when that
    ///     is now or the answer is no Lease.
    ///   - now: the time of the answer.
    /// - Returns: what to do next.
    package mutating func received(_ answer: ClaimAnswer, observedAt: Int64? = nil, now: ClaimMoment) -> Action {
        if case .failed(let failure) = answer { return failed(failure, now) }
        switch (state, answer) {
        case (.creating, .lease(.claim(let held))): return finish(.acquired(held))
        case (.creating, .exists): return readLease()
        case (.readingLease, .lease(.claim(let held))): return found(held, observedAt, now)
        case (.readingLease, .absent): return again(now)
        case (.readingHolder(let held, let askedAt, let observedAt), .run(let run)):
            return judge(held, run, askedAt: askedAt, observedAt: observedAt, now)
        case (.readingHolder(let held, let askedAt, let observedAt), .absent):
            return judge(held, nil, askedAt: askedAt, observedAt: observedAt, now)
        case (.readingJobs(let held, _), .jobs(nil)): return replace(held, now)
        case (.readingJobs(let held, let run), .jobs(let job?)):
            let standing = ClaimConflict.Standing.lingering(job: job, phase: run?.phase, createdAt: run?.createdAt)
            return finish(.conflict(ClaimConflict(held.claim, standing)))
        case (.replacing(let old), .lease(.claim(let held))):
            let former = old.claim.holder
            return finish(former.run == wish.holder.run ? .alreadyHeld(held) : .takenOver(held, from: former))
        case (.replacing, .changed), (.replacing, .absent): return again(now)
        case (.creating, .lease(.foreign(let why))), (.readingLease, .lease(.foreign(let why))),
            (.replacing, .lease(.foreign(let why))):
            return unavailable(why, cause: "foreign Lease")
        case (.idle, _), (.creating, _), (.readingLease, _), (.readingHolder, _), (.readingJobs, _), (.replacing, _),
            (.waiting, _), (.finished, _):
            return unavailable(
                "the API answered something else than it was asked; look at what stands in between",
                cause: "answer"
            )
        }
    }

    /// The time asked for has come.
    package mutating func wake(now: ClaimMoment) -> Action { create(now) }

    /// The review's time is over.
    package mutating func expire() -> Action {
        unavailable(
            "the API did not answer in the time the review has (\(step)); check that the API server is not overloaded",
            cause: "timed out"
        )
    }

    /// What it waits for, for people.
    private var step: String {
        let name = wish.key.leaseName
        return switch state {
        case .idle, .creating: "creating Lease \"\(name)\""
        case .readingLease: "reading Lease \"\(name)\""
        case .readingHolder(let held, _, _): "reading run \(ClaimText.name(of: held.claim.holder.run))"
        case .readingJobs(let held, _): "listing the Jobs of run \(ClaimText.name(of: held.claim.holder.run))"
        case .replacing: "updating Lease \"\(name)\""
        case .waiting: "waiting to try again"
        case .finished: "after the end"
        }
    }
}

// MARK: Transitions

extension BranchAcquisition {
    private mutating func create(_ now: ClaimMoment) -> Action {
        state = .creating
        return .call(.create(claim(transitions: 0, isDerived: wish.isDerived, now)))
    }

    private mutating func readLease() -> Action {
        state = .readingLease
        return .call(.readLease(wish.key))
    }

    /// Someone was quicker.
    private mutating func again(_ now: ClaimMoment) -> Action {
        rounds += 1
        guard rounds < Self.maximumRounds else {
            return unavailable(
                "Lease \"\(wish.key.leaseName)\" changed hands \(rounds) times while the review was judged; try again",
                cause: "changed hands"
            )
        }
        return create(now)
    }

    private mutating func found(_ held: HeldClaim, _ observedAt: Int64?, _ now: ClaimMoment) -> Action {
        guard held.claim.holder.run != wish.holder.run else {
            if timing.flaws.contains(.doesNotRenew) { return finish(.alreadyHeld(held)) }
            return replace(held, now)
        }
        // The run's absence proves something only if it was looked for after the gap was over.
        state = .readingHolder(held, askedAt: now, observedAt: observedAt)
        return .call(.readRun(held.claim.holder.run))
    }

    private mutating func judge(
        _ held: HeldClaim,
        _ run: HolderRun?,
        askedAt: ClaimMoment,
        observedAt: Int64?,
        _ now: ClaimMoment
    ) -> Action {
        if let run, run.needs(held.claim) {
            return finish(.conflict(ClaimConflict(held.claim, .active(phase: run.phase, createdAt: run.createdAt))))
        }
        if let run, run.hasEnded(held.claim, timing.flaws) { return takeOver(held, from: run, now) }
        let moment = timing.flaws.contains(.agesTooLate) ? now : askedAt
        guard timing.remaining(held.claim, at: moment, observedAt: observedAt) > 0 else {
            return takeOver(held, from: run, now)
        }
        let wait = timing.remaining(held.claim, at: now, observedAt: observedAt)
        return finish(.conflict(ClaimConflict(held.claim, .pending(waitMilliseconds: wait))))
    }

    /// The claim is nothing to its run, which is nil when it is not there: but a Job of it may go on.
    ///
    /// A run that has ended makes no more Jobs, so those there are now are all there will ever be.
    private mutating func takeOver(_ held: HeldClaim, from run: HolderRun?, _ now: ClaimMoment) -> Action {
        let isAtWork = run?.standing.needsClaims ?? false
        if isAtWork || timing.flaws.contains(.forgetsJobs) { return replace(held, now) }
        state = .readingJobs(held, run)
        return .call(.listJobs(held.claim.holder.run))
    }

    /// Renews the run's own claim, or takes a void one over.
    private mutating func replace(_ held: HeldClaim, _ now: ClaimMoment) -> Action {
        state = .replacing(held)
        let old = held.claim
        let isOwn = old.holder.run == wish.holder.run
        var claim = claim(
            transitions: old.transitions + (isOwn ? 0 : 1),
            // An earlier object of the name may be active by what is not to be seen in it.
            isDerived: wish.isDerived || (isOwn && old.isDerived),
            now
        )
        // That object may be stored by now, or may still be.
        if isOwn, old.hasRival || old.holder.uid != wish.holder.uid { claim.hasRival = true }
        return .call(.replace(timing.condition(held.version, without: .overwritesBlindly), with: claim))
    }

    private func claim(transitions: Int, isDerived: Bool, _ now: ClaimMoment) -> Claim {
        Claim(
            key: wish.key,
            holder: wish.holder,
            acquiredAt: now.wall,
            isDerived: isDerived,
            hasRival: wish.isUpdate && !timing.flaws.contains(.forgetsEarlierLives),
            replica: wish.replica,
            transitions: transitions
        )
    }

    private mutating func failed(_ failure: ClaimFailure, _ now: ClaimMoment) -> Action {
        failures += 1
        guard failure.isTransient, failures <= Self.maximumFailures else { return finish(.unavailable(failure)) }
        state = .waiting
        let wanted = min(failure.retryAfterMilliseconds ?? 0, Self.maximumDelayMilliseconds)
        return .wait(until: now.steady + max(Self.firstDelayMilliseconds << (failures - 1), wanted))
    }

    private mutating func unavailable(_ message: String, cause: String) -> Action {
        finish(.unavailable(ClaimFailure(message: message, cause: cause, isTransient: false)))
    }

    private mutating func finish(_ outcome: ClaimOutcome) -> Action {
        state = .finished
        return .finish(outcome)
    }
}
