internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// The shape of a workflow: that it has steps, that their names tell them apart, and that their loops can run
/// (`controller-semantics.md` section 12).
struct WorkflowSteps: Rule {
    static let id = RuleID.workflowSteps

    private let loops: LoopCheck

    init(options entry: inout PolicyEntry) {
        loops = LoopCheck(
            areEnabled: entry.boolean("loops"),
            maximumIterations: entry.integer("maxLoopIterations", in: PolicyBounds.loopIterations) ?? 20
        )
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.isWorkflow else { return }
        let steps = run.run.spec.workflowSteps
        checkNames(steps, run, &findings)
        if run.stepUnits.isEmpty { reportMissing(run.run.spec, &findings) }
        if run.mode == .readWrite { checkAttempts(steps, run.generation, &findings) }
        guard run.generation == .august2026 else { return }
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
                    message: "Duplicate value: \(QuotedName.quote(step.name)) names an earlier step",
                    remedy: "give every step a name of its own",
                    values: [step.name],
                    outcome: .ofName(.workflowStepDuplicate, of: step)
                )
                findings.report(draft)
            }
        }
    }

    private func reportBlank(_ step: WorkflowStep, _ generation: Generation, _ findings: inout RuleFindings) {
        let isDropped = generation == .february2026
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
            if step.name.isEmpty, generation == .february2026 { continue }
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
