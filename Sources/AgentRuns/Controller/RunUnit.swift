package import JSONPull

/// The run itself or one of its steps, with what it takes from the run: the parameters and the implementation in effect.
///
/// A class because every rule looks at it: as a structure it made a request 4% dearer (docs/performance-aims.md).
package final class RunUnit: Sendable {
    /// Where the implementation in effect was chosen.
    package enum ImplementationOrigin: Sendable {
        /// `implementation.inline` of the run or of this unit's step.
        case inline(ofStep: Bool)
        /// `implementationSpecRef` of the run or of this unit's step.
        case reference(ExactString, ofStep: Bool)
        /// Neither is set.
        case none
    }

    /// The step; nil for the run itself.
    package let step: WorkflowStep?
    package let implementationOrigin: ImplementationOrigin
    /// The implementation in effect, nil when there is none or it is not known.
    package let implementation: Implementation?
    /// Parameters and what the controller derives from them.
    package let metadata: RunMetadata

    /// - Parameters:
    ///   - spec: of the run.
    ///   - step: nil for the run itself.
    ///   - generation: of the controller.
    ///   - other: a unit of the same run, which this one shares its metadata with if that is the same.
    ///   - specification: looks an ImplementationSpec's `spec` up by name; nil when it is not known.
    package init(
        of spec: AgentRun.Spec,
        step: WorkflowStep?,
        generation: Generation,
        like other: RunUnit? = nil,
        specification: (ExactString) -> Implementation?
    ) {
        self.step = step
        implementationOrigin = Self.origin(of: spec, step: step)
        switch implementationOrigin {
        case .inline(let ofStep):
            implementation = ofStep ? step?.implementation.inline : spec.implementation.inline
        case .reference(let name, _): implementation = specification(name)
        case .none: implementation = nil
        }
        var isUnknown = false
        if case .reference = implementationOrigin { isUnknown = implementation == nil }
        let hasNoOwnParameters = { (step: WorkflowStep?) in step?.parameters.entries.isEmpty ?? true }
        if let other, hasNoOwnParameters(other.step), hasNoOwnParameters(step),
            other.implementation === implementation, other.metadata.isImplementationUnknown == isUnknown
        {
            metadata = other.metadata
        } else {
            metadata = RunMetadata(
                run: spec.parameters,
                step: step,
                implementation: implementation,
                isImplementationUnknown: isUnknown,
                generation: generation
            )
        }
    }

    /// Step inline, step reference, run inline, run reference.
    package static func origin(of spec: AgentRun.Spec, step: WorkflowStep?) -> ImplementationOrigin {
        if let step {
            if step.implementation.inline != nil { return .inline(ofStep: true) }
            if let name = step.implementation.specRefName { return .reference(name, ofStep: true) }
        }
        if spec.implementation.inline != nil { return .inline(ofStep: false) }
        if let name = spec.implementation.specRefName { return .reference(name, ofStep: false) }
        return .none
    }
}

extension RunUnit {
    /// Path of something inside the implementation, `member` starting with a dot: in place when it is inline, else at the
    /// reference that led there; nil without an implementation.
    package func implementationField(_ member: StaticString) -> FieldPath? {
        Self.implementationField(member, implementationOrigin, step: step)
    }

    /// The same of the unit with this origin and step.
    package static func implementationField(
        _ member: StaticString,
        _ origin: ImplementationOrigin,
        step: WorkflowStep?
    ) -> FieldPath? {
        switch origin {
        case .inline(let ofStep):
            field(ofStep ? step : nil, "spec.implementation.inline", ".implementation.inline").appending(member)
        case .reference(_, let ofStep):
            field(ofStep ? step : nil, "spec.implementationSpecRef.name", ".implementationSpecRef.name")
        case .none: nil
        }
    }

    /// The path where a value of ``metadata`` was written; nil when nobody wrote it.
    package func field(of value: RunMetadata.Value) -> FieldPath? {
        switch value.origin {
        case .run(let key): FieldPath("spec.parameters").member(key)
        case .step(let key): Self.field(step, "spec.parameters", ".parameters").member(key)
        case .source(let member): implementationField(member)
        }
    }

    private static func field(
        _ step: WorkflowStep?,
        _ ofRun: StaticString,
        _ inStep: StaticString
    ) -> FieldPath {
        if let step { FieldPath(step: step, inStep) } else { FieldPath(ofRun) }
    }
}

extension AgentRun {
    /// Whether the controller runs steps for this run.
    package var isWorkflow: Bool { spec.runtime.type == "workflow" }

    /// Whether the controller starts pods for this run, with an image and a service account.
    package var isPod: Bool { isWorkflow || spec.runtime.type == "job" }

    /// The steps the controller reads: none unless the runtime is `workflow`.
    package func steps(generation: Generation) -> [WorkflowStep] {
        guard isWorkflow else { return [] }
        guard generation.dropsUnnamedSteps, spec.workflowSteps.contains(where: \.name.isEmpty) else {
            return spec.workflowSteps
        }
        return spec.workflowSteps.filter { !$0.name.isEmpty }
    }

    /// Whether this is a template, never submitted itself.
    package func isTemplate(generation: Generation) -> Bool {
        generation.hasTemplates && metadata.hasTemplateAnnotation
    }
}
