internal import AgentRuns
internal import JSONPull

/// Claims all branches of one run, one after the other in one order for everyone.
///
/// A conflict ends it: of runs that want the same branches in part, the one that has the first gets on. What it took
/// before the conflict is in ``Result/taken``, to be given back when the run is not admitted.
package struct RunAcquisition: Sendable {
    /// A run wants branches.
    package struct Request: Sendable {
        package var holder: ClaimHolder
        package var branches: [(key: ClaimKey, isDerived: Bool)]
        /// Whether the run is there already, and is changed.
        package var isUpdate: Bool

        package init(holder: ClaimHolder, branches: [(key: ClaimKey, isDerived: Bool)], isUpdate: Bool = false) {
            self.holder = holder
            self.branches = branches
            self.isUpdate = isUpdate
        }
    }

    package enum Action: Sendable {
        case call(ClaimCall)
        case wait(until: Int64)
        case finish(Result)
    }

    /// What became of a request.
    package struct Result: Sendable {
        package enum Decision: Hashable, Sendable {
            /// Every branch is the run's.
            case held
            case conflict(ClaimConflict)
            case unavailable(ClaimFailure)
        }

        package var decision: Decision
        /// Of each branch that was tried, in order.
        package var outcomes: [ClaimOutcome] = []
        /// What is to be counted, once of each branch.
        package var counts: [ClaimCount] = []
        /// Claims that this request made, not those it renewed.
        package var taken: [(key: ClaimKey, version: LeaseVersion)] = []
    }

    private let request: Request
    private let timing: ClaimTiming
    private let replica: String
    private let order: [Int]
    private var position = 0
    private var current: BranchAcquisition?
    /// Nothing is held before the end.
    private var result = Result(
        decision: .unavailable(
            ClaimFailure(message: "the branches were not asked for", cause: "not asked", isTransient: true)
        )
    )
    private var isOver = false

    package init(_ request: Request, replica: String, timing: ClaimTiming) {
        self.request = request
        self.timing = timing
        self.replica = replica
        order = request.branches.indices.sorted { request.branches[$0].key < request.branches[$1].key }
    }

    package mutating func start(now: ClaimMoment) -> Action {
        guard request.branches.count <= BranchKey.maximumOfRun else {
            let message =
                "the run has \(request.branches.count) head branches, and at most \(BranchKey.maximumOfRun) are "
                + "claimed; split it into several runs"
            return end(.unavailable(ClaimFailure(message: message, cause: "too many", isTransient: false)))
        }
        guard !request.holder.uid.isEmpty else {
            let message = "the run has no metadata.uid yet; register the webhook as a validating one"
            return end(.unavailable(ClaimFailure(message: message, cause: "no uid", isTransient: false)))
        }
        return next(now)
    }

    /// The answer to the last call; see ``BranchAcquisition/received(_:observedAt:now:)``.
    package mutating func received(_ answer: ClaimAnswer, observedAt: Int64? = nil, now: ClaimMoment) -> Action {
        guard let action = current?.received(answer, observedAt: observedAt, now: now) else { return .finish(result) }
        return proceed(action, now)
    }

    /// The time asked for has come.
    package mutating func wake(now: ClaimMoment) -> Action {
        guard let action = current?.wake(now: now) else { return .finish(result) }
        return proceed(action, now)
    }

    /// The review's time is over.
    package mutating func expire(now: ClaimMoment) -> Action {
        guard let action = current?.expire() else {
            let message =
                "the review's time was over before its branches could be asked for; check that this replica is not overloaded"
            return end(.unavailable(ClaimFailure(message: message, cause: "late", isTransient: true)))
        }
        return proceed(action, now)
    }

    private mutating func next(_ now: ClaimMoment) -> Action {
        guard position < order.count else { return end(.held) }
        let wanted = request.branches[order[position]]
        position += 1
        let wish = BranchAcquisition.Wish(
            key: wanted.key,
            holder: request.holder,
            isDerived: wanted.isDerived,
            isUpdate: request.isUpdate,
            replica: replica
        )
        var branch = BranchAcquisition(wish, timing: timing)
        let action = branch.start(now: now)
        current = branch
        return proceed(action, now)
    }

    private mutating func proceed(_ action: BranchAcquisition.Action, _ now: ClaimMoment) -> Action {
        switch action {
        case .call(let call): return .call(call)
        case .wait(let until): return .wait(until: until)
        case .finish(let outcome):
            result.outcomes.append(outcome)
            switch outcome {
            case .acquired(let held), .takenOver(let held, _):
                result.taken.append((held.claim.key, held.version))
                return next(now)
            case .alreadyHeld: return next(now)
            case .conflict(let conflict): return end(.conflict(conflict))
            case .unavailable(let failure): return end(.unavailable(failure))
            }
        }
    }

    private mutating func end(_ decision: Result.Decision) -> Action {
        guard !isOver else { return .finish(result) }
        isOver = true
        current = nil
        result.decision = decision
        result.counts = result.outcomes.map(\.count)
        guard case .unavailable = decision else { return .finish(result) }
        // Refused as a whole: the first branch stands for the reason.
        if result.counts.isEmpty { result.counts = [.unavailable] }
        result.counts += repeatElement(.untried, count: max(0, request.branches.count - result.counts.count))
        return .finish(result)
    }
}
