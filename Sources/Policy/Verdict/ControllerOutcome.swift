internal import AgentRuns

/// How the controller would end the run, and how early it would find out (`controller-semantics.md` section 3).
struct ControllerOutcome: Sendable, Equatable {
    /// One check of the controller.
    enum Check: Sendable {
        case immutability
        case idempotency
        case concurrency
        case queue
        case runtime
        case parameters
        case labels
        case endpoint
        /// Names, loops and parameters of the steps, one step after the other.
        case stepStructure
        case agent
        case provider
        case runSecretsAllowed
        case serviceAccount
        case implementation
        case implementationSource
        case contract
        case memory
        case runSecretsBlocked
        case memorySecret
        case image
        case systemPrompt
        case vcsProvider
        case repositoryMissing
        case repositoryPolicy
        case vcsSecretBlocked
        case vcsSecretAllowed
        case submission
    }

    var check: Check
    /// The condition's type and reason, `InvalidSpec/SecretNotAllowed`.
    var text: String
    /// Where in the list the step is that the controller is about to start when it finds out; nil when it looks before.
    var step: Int?
    /// Orders what one check finds in several places.
    var place = 0

    /// - Parameters:
    ///   - check: that fails.
    ///   - reason: the condition's.
    ///   - type: the condition's.
    ///   - place: where in order it finds it, for a check that looks at several places.
    init(_ check: Check, _ reason: Reason, type: StaticString = "InvalidSpec", place: Int = 0) {
        self.check = check
        self.place = place
        text = "\(type)/\(reason.rawValue)"
    }

    /// What the controller says when it is about to run `unit`: of a workflow's step all but a contract's faults are
    /// `Failed`.
    init(_ check: Check, _ reason: Reason, startingUnit unit: RunUnit, of run: AgentRun) {
        step = run.isWorkflow ? unit.step?.index ?? 0 : nil
        self.check = check
        text = "\(run.isWorkflow && check != .contract ? "Failed" : "InvalidSpec")/\(reason.rawValue)"
    }

    /// What the controller says of a step's name: it takes the steps in order, of each the name, the parameters, then the
    /// loop.
    static func ofName(_ reason: Reason, of step: WorkflowStep) -> ControllerOutcome {
        ControllerOutcome(.stepStructure, reason, place: step.index * placesOfStep)
    }

    /// What the controller says of a step's loop.
    static func ofLoop(_ reason: Reason, of step: WorkflowStep) -> ControllerOutcome {
        ControllerOutcome(.stepStructure, reason, place: (step.index + 1) * placesOfStep - 1)
    }

    /// What the controller says of a parameter, `place` being its index in the map; -1 is the map itself.
    static func ofParameter(_ reason: Reason, of step: WorkflowStep?, at place: Int) -> ControllerOutcome {
        guard let step else { return ControllerOutcome(.parameters, reason, place: place) }
        let place = step.index * placesOfStep + 2 + min(place, placesOfStep - 4)
        return ControllerOutcome(.stepStructure, reason, place: place)
    }

    /// Room for a step's parameters in ``place``; behind that many, which of two is first is not told apart.
    private static let placesOfStep = 1000

    /// The job that cannot be submitted.
    static var submissionFailure: ControllerOutcome {
        var outcome = ControllerOutcome(.submission, .runNameTooLong)
        outcome.text = "Failed/SubmitFailed"
        return outcome
    }

    /// The one the controller comes to first; nil when there is none.
    static func first(of outcomes: [ControllerOutcome], run: RunUnderReview) -> ControllerOutcome? {
        guard outcomes.count > 1 else { return outcomes.first }
        let order = order(of: run)
        func comesBefore(_ one: ControllerOutcome, _ other: ControllerOutcome) -> Bool {
            if one.step != other.step { return (one.step ?? -1) < (other.step ?? -1) }
            if one.check == other.check { return one.place < other.place }
            return (order.firstIndex(of: one.check) ?? order.count) < (order.firstIndex(of: other.check) ?? order.count)
        }
        return outcomes.min(by: comesBefore)
    }

    /// The checks in the order the controller runs them for this runtime.
    private static func order(of run: RunUnderReview) -> [Check] {
        let before: [Check] = [.immutability, .idempotency, .concurrency, .queue, .runtime, .parameters, .labels]
        let isImageFirst = run.generation.checksImageFirst
        if run.run.isWorkflow {
            let lookUp: [Check] = [
                .agent, .provider, .implementation, .memory, .runSecretsAllowed, .runSecretsBlocked, .memorySecret,
                .serviceAccount, .implementationSource,
            ]
            return before + [.stepStructure] + (isImageFirst ? [.image] + lookUp : lookUp + [.image]) + [.systemPrompt]
                + [.contract] + versionControl
        }
        let lookUp: [Check] = isImageFirst ? [.image, .agent, .provider] : [.agent, .provider, .image]
        return before + [.endpoint] + lookUp + [
            .runSecretsAllowed, .serviceAccount, .implementation, .implementationSource, .contract, .memory,
            .runSecretsBlocked, .memorySecret, .systemPrompt,
        ] + versionControl
    }

    private static let versionControl: [Check] = [
        .vcsProvider, .repositoryMissing, .repositoryPolicy, .vcsSecretBlocked, .vcsSecretAllowed, .submission,
    ]
}
