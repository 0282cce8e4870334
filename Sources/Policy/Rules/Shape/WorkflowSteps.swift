internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// The shape of a workflow: that it has steps, that their names tell them apart, and that their loops can run
/// (`controller-semantics.md` section 12).
struct WorkflowSteps: Rule {
    static let descriptor = RuleDescriptor(
        id: "workflow-steps",
        title: "Steps, their names and their loops",
        action: .deny,
        reasons: [
            .overlappingAttempts, .missingWorkflowSteps, .workflowStepMissingName, .workflowStepDuplicate,
            .workflowLoopsDisabled, .workflowLoopMaxIterationsInvalid, .workflowLoopMaxIterationsExceeded,
            .workflowLoopConditionExpressionMissing, .workflowLoopConditionPathInvalid,
            .workflowLoopConditionOnMissingInvalid, .workflowLoopConditionOnInvalidInvalid,
            .workflowLoopStateVolumeDuplicate, .workflowLoopStateVolumeMissing, .workflowLoopStateVolumeRequired,
            .workflowLoopStateVolumeNotPersistent,
        ],
        options: [Keys.loops, Keys.maxLoopIterations]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let loops = RuleOption(
            "loops",
            "whether the controller runs loops; not set is not known",
            default: Bool?.none
        )
        static let maxLoopIterations = RuleOption("maxLoopIterations", "the most the controller allows", default: 20)
    }

    private let loops: LoopCheck

    init(options entry: inout PolicyEntry) {
        loops = LoopCheck(
            areEnabled: entry.boolean(Keys.loops),
            maximumIterations: entry.integer(Keys.maxLoopIterations, in: PolicyBounds.loopIterations)
        )
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.isWorkflow else { return }
        let steps = run.run.spec.workflowSteps
        checkNames(steps, run, &findings)
        if run.stepUnits.isEmpty { reportMissing(run.run.spec, &findings) }
        if run.mode == .readWrite { checkAttempts(steps, run.generation, &findings) }
        guard run.generation.hasLoops else { return }
        // Looked through once, however many steps mount them.
        lazy var ofRun = LoopCheck.Volumes(run.run.spec.workload.volumes)
        for step in steps {
            guard let loop = step.loop else { continue }
            let own = step.workload.volumes
            guard let fault = loops.fault(of: loop, volumes: own.isEmpty ? ofRun : LoopCheck.Volumes(own)) else {
                continue
            }
            let field = FieldPath(step: step, fault.path)
            let draft = RuleFindings.Draft(
                reason: fault.reason,
                field: field,
                message: fault.message,
                remedy: fault.remedy,
                values: [loop.written(at: fault.path)],
                outcome: .ofLoop(fault.reason, of: step)
            )
            findings.report(draft)
        }
    }

    private func checkNames(_ steps: [WorkflowStep], _ run: RunUnderReview, _ findings: inout RuleFindings) {
        if steps.count == 1, !steps[0].name.isEmpty { return }
        // Hashes nothing while there are a few.
        var seen = OrderedSet<ExactString>()
        for step in steps {
            if step.name.isEmpty {
                reportBlank(step, run.generation, &findings)
            } else if !seen.append(step.name).inserted {
                let field = FieldPath(step: step, ".name")
                let draft = RuleFindings.Draft(
                    reason: .workflowStepDuplicate,
                    field: field,
                    message: "Duplicate value: \(VisibleText.quoted(step.name)) names an earlier step",
                    remedy: "give every step a name of its own",
                    values: [step.name],
                    outcome: .ofName(.workflowStepDuplicate, of: step)
                )
                findings.report(draft)
            }
        }
    }

    private func reportBlank(_ step: WorkflowStep, _ generation: Generation, _ findings: inout RuleFindings) {
        let isDropped = generation.dropsUnnamedSteps
        let field = FieldPath(step: step, ".name")
        let draft = RuleFindings.Draft(
            reason: .workflowStepMissingName,
            field: field,
            message: isDropped
                ? "Required value: the controller drops a step without a name, and never runs it"
                : "Required value: a step needs a name",
            remedy: "name the step",
            values: [step.writtenName],
            outcome: isDropped ? nil : .ofName(.workflowStepMissingName, of: step)
        )
        findings.report(draft)
    }

    /// A step that timed out is tried again while the Job of the attempt before goes on.
    private func checkAttempts(_ steps: [WorkflowStep], _ generation: Generation, _ findings: inout RuleFindings) {
        for step in steps where step.timeoutSeconds > 0 && step.retries > 0 {
            // The controller never runs it.
            if step.name.isEmpty, generation.dropsUnnamedSteps { continue }
            let field = FieldPath(step: step, ".timeoutSeconds")
            let draft = RuleFindings.Draft(
                reason: .overlappingAttempts,
                field: field,
                message: "a step that times out is tried again, but its Job is not ended: two pods push to one branch",
                remedy: "set retries to 0, or remove timeoutSeconds",
                values: [step.writtenTimeout]
            )
            findings.report(draft)
        }
    }

    private func reportMissing(_ spec: AgentRun.Spec, _ findings: inout RuleFindings) {
        let field = FieldPath("spec.workflow.steps")
        let draft = RuleFindings.Draft(
            reason: .missingWorkflowSteps,
            field: field,
            message: "Required value: runtime workflow has no step to run",
            remedy: "add a step with a name, or use another runtime type",
            values: [spec.writtenSteps],
            outcome: ControllerOutcome(.stepStructure, .missingWorkflowSteps, place: -1)
        )
        findings.report(draft)
    }
}

extension RuleID {
    package static let workflowSteps = WorkflowSteps.id
}

extension ControllerOutcome.Check {
    /// Names, loops and parameters of the steps, one step after the other.
    static let stepStructure = Self(80)
}

extension Reason {
    static let overlappingAttempts = Reason(
        "OverlappingAttempts",
        action: .warn,
        meaning:
            "a step that writes is tried again after a timeout, which does not end its Job: two pods push to one branch",
        example: "steps: [{name: a, timeoutSeconds: 600, retries: 1}]",
        fix: "set retries to 0, or remove timeoutSeconds"
    )
    static let missingWorkflowSteps = Reason(
        "MissingWorkflowSteps",
        meaning: "a workflow without steps",
        example: "runtime: {type: workflow}",
        fix: "add a step"
    )
    static let workflowStepMissingName = Reason(
        "WorkflowStepMissingName",
        action: .warn,
        where: \.dropsUnnamedSteps,
        meaning: "a step without a name; 2026-02 drops it",
        example: "steps: [{}]",
        fix: "name the step"
    )
    static let workflowStepDuplicate = Reason(
        "WorkflowStepDuplicate",
        meaning: "an earlier step has the name",
        example: "steps: [{name: a}, {name: a}]",
        fix: "give every step a name of its own"
    )
    static let workflowLoopsDisabled = Reason(
        "WorkflowLoopsDisabled",
        meaning: "the controller runs no loops",
        example: "loop: {maxIterations: 3} with loops: false",
        fix: "remove the loop"
    )
    static let workflowLoopMaxIterationsInvalid = Reason(
        "WorkflowLoopMaxIterationsInvalid",
        meaning: "less than 1",
        example: "loop: {maxIterations: 0}",
        fix: "1 or more"
    )
    static let workflowLoopMaxIterationsExceeded = Reason(
        "WorkflowLoopMaxIterationsExceeded",
        meaning: "more than the controller allows",
        example: "loop: {maxIterations: 99}",
        fix: "20 or less"
    )
    static let workflowLoopConditionExpressionMissing = Reason(
        "WorkflowLoopConditionExpressionMissing",
        meaning: "a condition without expression",
        example: "loop.condition: {}",
        fix: "write the CEL expression"
    )
    static let workflowLoopConditionPathInvalid = Reason(
        "WorkflowLoopConditionPathInvalid",
        meaning: "not an absolute path",
        example: "loop.condition.source.path: out.json",
        fix: "start it with a slash"
    )
    static let workflowLoopConditionOnMissingInvalid = Reason(
        "WorkflowLoopConditionOnMissingInvalid",
        meaning: "neither stop nor fail",
        example: "loop.condition.source.onMissing: skip",
        fix: "stop or fail"
    )
    static let workflowLoopConditionOnInvalidInvalid = Reason(
        "WorkflowLoopConditionOnInvalidInvalid",
        meaning: "neither stop nor fail",
        example: "loop.condition.source.onInvalid: skip",
        fix: "stop or fail"
    )
    static let workflowLoopStateVolumeDuplicate = Reason(
        "WorkflowLoopStateVolumeDuplicate",
        meaning: "a volume named twice",
        example: "loop.state.volumeNames: [v, v]",
        fix: "name it once"
    )
    static let workflowLoopStateVolumeMissing = Reason(
        "WorkflowLoopStateVolumeMissing",
        meaning: "no such volume",
        example: "loop.state.volumeNames: [w]",
        fix: "add it to the workload's volumes"
    )
    static let workflowLoopStateVolumeRequired = Reason(
        "WorkflowLoopStateVolumeRequired",
        meaning: "state is required and no volume named",
        example: "loop.state: {required: true}",
        fix: "name a volume of type pvc"
    )
    static let workflowLoopStateVolumeNotPersistent = Reason(
        "WorkflowLoopStateVolumeNotPersistent",
        meaning: "none of the volumes outlives a pod",
        example: "loop.state with an emptyDir",
        fix: "a volume of type pvc with a claimName"
    )
}
