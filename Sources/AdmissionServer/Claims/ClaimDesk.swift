internal import ClusterState
internal import KubernetesClient
internal import Logging
internal import NIOCore

/// Where claims are made and kept: the protocol's machines, and the calls and timers they ask for.
///
/// Belongs to the caller's event loop, and knows no other time than that loop's and its environment's.
final class ClaimDesk<Caller: LeaseClient> {
    /// Longest time for one call of the janitor; a review's calls have what is left of its own, and no more than this, so
    /// that a call that got lost can be made again.
    private static var callTimeout: TimeAmount { .seconds(5) }

    private let caller: Caller
    private let timing: ClaimTiming
    private let runs: ClusterStore
    private let environment: ClaimKeeper.Environment
    private let figures: ClaimFigures
    private let replica: String
    private var janitor: ClaimJanitor
    private var timer: (task: Scheduled<Void>, at: Int64)?
    private var troubles: ClaimTroubles
    private var isStopped = false

    init(
        _ configuration: ClaimKeeper.Configuration,
        caller: Caller,
        runs: ClusterStore,
        environment: ClaimKeeper.Environment,
        figures: ClaimFigures,
        logger: Logger
    ) {
        (self.caller, self.runs, self.environment) = (caller, runs, environment)
        timing = configuration.timing
        self.figures = figures
        troubles = ClaimTroubles(logger: logger)
        replica = configuration.replica
        janitor = ClaimJanitor(
            ClaimJanitor.Configuration(
                scope: configuration.scope,
                replica: configuration.replica,
                timing: configuration.timing,
                seed: environment.seed
            )
        )
    }

    private var eventLoop: any EventLoop { caller.eventLoop }
    private var now: ClaimMoment { environment.now() }

    // MARK: Reviews

    /// One review's claims under way.
    private final class Errand {
        var machine: RunAcquisition
        let deadline: NIODeadline
        let promise: EventLoopPromise<RunAcquisition.Result>
        var timer: Scheduled<Void>?
        /// Answers to calls before are of no interest.
        var call = 0
        var isOver = false

        init(_ machine: RunAcquisition, _ deadline: NIODeadline, _ promise: EventLoopPromise<RunAcquisition.Result>) {
            (self.machine, self.deadline, self.promise) = (machine, deadline, promise)
        }
    }

    func claim(
        _ request: RunAcquisition.Request,
        deadline: NIODeadline,
        _ promise: EventLoopPromise<RunAcquisition.Result>
    ) {
        let machine = RunAcquisition(request, replica: replica, timing: timing)
        let errand = Errand(machine, deadline, promise)
        // Nothing is sent that nobody waits for.
        guard eventLoop.now < deadline else { return proceed(errand.machine.expire(now: now), errand) }
        errand.timer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            proceed(errand.machine.expire(now: now), errand)
        }
        proceed(errand.machine.start(now: now), errand)
    }

    private func proceed(_ action: RunAcquisition.Action, _ errand: Errand) {
        guard !errand.isOver else { return }
        errand.call += 1
        let number = errand.call
        switch action {
        case .call(let call):
            let timeout = min(Self.callTimeout, max(errand.deadline - eventLoop.now, .milliseconds(1)))
            caller.perform(call, timeout: timeout, .urgent).assumeIsolated().whenSuccess { [self] answer in
                guard number == errand.call, !errand.isOver else { return }
                proceed(errand.machine.received(answer, observedAt: observedAt(answer), now: now), errand)
            }
        case .wait(let until):
            let delay = TimeAmount.milliseconds(max(1, until - now.steady))
            eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
                guard number == errand.call, !errand.isOver else { return }
                proceed(errand.machine.wake(now: now), errand)
            }
        case .finish(let result): finish(result, errand)
        }
    }

    private func finish(_ result: RunAcquisition.Result, _ errand: Errand) {
        errand.isOver = true
        errand.timer?.cancel()
        for outcome in result.counts { count(outcome) }
        for outcome in result.outcomes {
            switch outcome {
            case .acquired(let held), .alreadyHeld(let held), .takenOver(let held, _):
                janitor.saw(held, known: runs, now: now)
            case .conflict, .unavailable: break
            }
        }
        if result.decision == .held { tell(of: result.outcomes) }
        troubles.note(result.decision)
        errand.promise.succeed(result)
        advance()
    }

    /// Tells whose branches are another run's now, once it has all it wants.
    private func tell(of outcomes: [ClaimOutcome]) {
        for case .takenOver(let held, let former) in outcomes {
            environment.onNews(.takenOver(held.claim, from: former))
        }
    }

    /// When the Lease in an answer was first seen as it is.
    private func observedAt(_ answer: ClaimAnswer) -> Int64? {
        guard case .lease(.claim(let held)) = answer else { return nil }
        return janitor.observedAt(held.claim.key, held.version)
    }

    /// Leases cannot be listed or watched.
    func leasesAreUnseen(_ why: String, _ cause: FailureCause) { troubles.leasesAreUnseen(why, cause) }

    /// Gives claims back; what fails here ends when the gap is over.
    func release(_ result: RunAcquisition.Result) {
        for (key, version) in result.taken {
            let answer = caller.perform(.delete(key, version), timeout: Self.callTimeout, .routine)
            answer.assumeIsolated().whenSuccess { [self] answer in
                guard case .deleted = answer else { return }
                count(.released)
                janitor.sawOwnDeletion(of: key, version)
                advance()
            }
        }
    }

    private func count(_ outcome: ClaimCount) {
        figures.add(outcome)
        environment.onOutcome(outcome)
    }

    // MARK: What is seen

    func use(_ scope: BranchClaimScope?) {
        guard scope != janitor.configuration.scope else { return }
        janitor.configuration.scope = scope
        // Runs at work need a claim by the new name.
        janitor.resync(runs, now: now)
        advance()
    }

    func saw(_ changes: [RunNews]) {
        let now = now
        for change in changes {
            switch change {
            case .changed(let run): janitor.saw(run, now: now)
            case .gone(let key, let uid): janitor.sawDeletion(ofRun: key, uid: uid, now: now)
            case .jobs(let run): if runs.activeJob(of: run) == nil { janitor.sawEndOfJobs(ofRun: run, now: now) }
            }
        }
        advance()
    }

    func sawListOfRuns() {
        janitor.resync(runs, now: now)
        advance()
    }

    func sawList(_ claims: [HeldClaim]) {
        janitor.replace(with: claims, known: runs, now: now)
        advance()
    }

    func saw(_ news: [LeaseNews]) {
        let now = now
        for news in news {
            switch news {
            case .changed(let held): janitor.saw(held, known: runs, now: now)
            case .gone(let held): janitor.sawDeletion(of: held, known: runs, now: now)
            }
        }
        advance()
    }

    func someClaims(atMost count: Int) -> [KnownClaim] { janitor.someClaims(atMost: count) }

    // MARK: The janitor's calls

    /// Does what the janitor wants done now, and sets the timer for what it wants later.
    func advance() {
        for outcome in janitor.takeCounts() { count(outcome) }
        // Of a run that is not there any more nobody asks.
        for release in janitor.takeReleases() where runs.run(of: release.claim.holder) != nil {
            environment.onNews(.released(release.claim, isOver: release.isOver))
        }
        figures.set(held: janitor.claimCount)
        while !isStopped {
            switch janitor.next(now: now) {
            case .idle: return
            case .wait(let until): return setTimer(until)
            case .call(let call, let ticket):
                let answer = caller.perform(call, timeout: Self.callTimeout, .routine)
                answer.assumeIsolated().whenSuccess { [self] answer in
                    janitor.received(answer, for: ticket, now: now)
                    if case .failed(let failure) = answer, !isStopped { troubles.noteRemoval(failure) }
                    advance()
                }
            }
        }
    }

    private func setTimer(_ until: Int64) {
        if let timer {
            guard until < timer.at else { return }
            timer.task.cancel()
        }
        let delay = TimeAmount.milliseconds(max(1, until - now.steady))
        let task = eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            timer = nil
            advance()
        }
        timer = (task, until)
    }

    func stop() {
        isStopped = true
        timer?.task.cancel()
        timer = nil
    }
}
