internal import AgentRuns
internal import JSONPull

/// What each runtime cannot start without (`controller-semantics.md` section 13).
struct RuntimeConfig: Rule {
    static let descriptor = RuleDescriptor(
        id: "runtime-config",
        title: "What a runtime cannot start without",
        action: .deny,
        reasons: [.missingRuntime, .missingEndpoint, .missingTemporalConfig]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let spec = run.run.spec
        switch spec.runtime.type {
        case nil:
            let outcome = ControllerOutcome(.runtime, .missingRuntime)
            let field = FieldPath("spec.runtime.type")
            let why: StaticString = "without a runtime type nothing executes the run"
            report(.missingRuntime, field, why, spec.runtime.writtenType, outcome, &findings)
        case "custom"? where spec.runtime.endpoint == nil:
            let outcome = ControllerOutcome(.endpoint, .missingEndpoint)
            let field = FieldPath("spec.runtime.config.endpoint")
            let why: StaticString = "runtime custom is called at an endpoint"
            report(.missingEndpoint, field, why, spec.runtime.writtenEndpoint, outcome, &findings)
        case "temporal"?: checkTemporal(spec.runtime, &findings)
        default: break
        }
    }

    private func checkTemporal(_ runtime: Runtime, _ findings: inout RuleFindings) {
        let outcome = ControllerOutcome(.endpoint, .missingTemporalConfig)
        if runtime.workflowType == nil {
            let field = FieldPath("spec.runtime.config.workflowType")
            let why: StaticString = "runtime temporal starts a workflow type"
            report(.missingTemporalConfig, field, why, runtime.writtenWorkflowType, outcome, &findings)
        }
        if runtime.taskQueue == nil {
            let field = FieldPath("spec.runtime.config.taskQueue")
            let why: StaticString = "runtime temporal starts it on a task queue"
            report(.missingTemporalConfig, field, why, runtime.writtenTaskQueue, outcome, &findings)
        }
    }

    private func report(
        _ reason: Reason,
        _ field: FieldPath,
        _ why: StaticString,
        _ written: ExactString,
        _ outcome: ControllerOutcome,
        _ findings: inout RuleFindings
    ) {
        let remedy =
            reason == .missingRuntime ? "set it to workflow, job, temporal or custom" : "set \(field.text)"
        findings.report(reason, field, "Required value: \(why)", remedy, written, outcome)
    }
}

extension RuleID {
    package static let runtimeConfig = RuntimeConfig.id
}

extension ControllerOutcome.Check {
    static let runtime = Self(50)
    static let endpoint = Self(80)
}

extension Reason {
    static let missingRuntime = Reason(
        "MissingRuntime",
        meaning: "no runtime type",
        example: "runtime: {}",
        fix: "workflow, job, temporal or custom"
    )
    static let missingEndpoint = Reason(
        "MissingEndpoint",
        meaning: "custom without endpoint",
        example: "runtime: {type: custom}",
        fix: "set runtime.config.endpoint"
    )
    static let missingTemporalConfig = Reason(
        "MissingTemporalConfig",
        meaning: "temporal without workflowType or taskQueue",
        example: "runtime: {type: temporal}",
        fix: "set both"
    )
}
