internal import AgentRuns

/// How the controller would end the run, and how early it would find out (`controller-semantics.md` section 3).
struct ControllerOutcome: Sendable, Equatable {
    /// One check of the controller, by where it stands among its others.
    ///
    /// The rule that foresees it declares it, beside its reasons. A smaller number comes first; the numbers are those of the
    /// order of evaluation in `controller-semantics.md` section 3, counted by tens.
    struct Check: Sendable, Equatable {
        private let numberOfRun: Int
        private let numberOfWorkflow: Int
        /// Of controllers that do it before they look anything up.
        private let numberOfImageFirst: Int?

        /// - Parameters:
        ///   - number: where it stands for a run that is no workflow.
        ///   - workflow: where for a workflow, if that is elsewhere.
        ///   - imageFirst: where with a controller that looks at images first, if that is elsewhere.
        init(_ number: Int, workflow: Int? = nil, imageFirst: Int? = nil) {
            (numberOfRun, numberOfWorkflow, numberOfImageFirst) = (number, workflow ?? number, imageFirst)
        }

        fileprivate func number(in run: RunUnderReview) -> Int {
            if run.generation.checksImageFirst, let numberOfImageFirst { return numberOfImageFirst }
            return run.run.isWorkflow ? numberOfWorkflow : numberOfRun
        }
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

    /// The one the controller comes to first; nil when there is none.
    static func first(of outcomes: [ControllerOutcome], run: RunUnderReview) -> ControllerOutcome? {
        guard outcomes.count > 1 else { return outcomes.first }
        func comesBefore(_ one: ControllerOutcome, _ other: ControllerOutcome) -> Bool {
            if one.step != other.step { return (one.step ?? -1) < (other.step ?? -1) }
            if one.check == other.check { return one.place < other.place }
            return one.check.number(in: run) < other.check.number(in: run)
        }
        return outcomes.min(by: comesBefore)
    }
}
