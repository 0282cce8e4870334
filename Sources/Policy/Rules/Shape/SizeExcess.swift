internal import AgentRuns
internal import JSONPull

/// Something of an object that is larger than a ``SizeLimit`` allows.
struct SizeExcess {
    let limit: SizeLimit
    let field: FieldPath
    let size: Int

    /// What of a run is over a limit; what is no longer counted then is what would have to be worked out for every step.
    static func all(in review: RunUnderReview) -> [SizeExcess] {
        let spec = review.run.spec
        var found = SizeExcesses()
        found.add(.secrets, spec.secrets.count, FieldPath("spec.secrets"))
        found.add(
            .secrets,
            spec.runtime.imagePullSecrets.count,
            FieldPath("spec.runtime.config.imagePullSecrets")
        )
        found.add(.volumes, spec.workload.volumes.count, FieldPath("spec.workload.volumes"))
        found.addKeys(of: spec.parameters, FieldPath("spec.parameters"))
        found.addContract(RunUnit.origin(of: spec, step: nil), nil, review)
        if review.run.isWorkflow {
            found.add(.steps, spec.workflowSteps.count, FieldPath("spec.workflow.steps"))
            for step in review.run.steps(generation: review.generation) { found.addStep(step, review) }
        }
        if found.all.isEmpty { found.addRepositories(review) }
        return found.all
    }

    /// What of an object that is no run is over a limit.
    static func all(in object: ObjectUnderReview) -> [SizeExcess] {
        var found = SizeExcesses()
        switch object {
        case .agent, .agentProvider: break
        case .implementationSpec(let spec, _):
            guard let implementation = spec.implementation else { break }
            found.addContract(implementation) { member in
                switch member {
                case .requiredKeys: FieldPath("spec.contract.requiredKeys")
                case .mappings: FieldPath("spec.contract.mappings")
                case .externalId: FieldPath("spec.source.externalId")
                }
            }
        case .versionControlProvider(let provider):
            found.add(
                .branchTemplate,
                provider.spec.branchTemplate?.string.utf8.count ?? 0,
                FieldPath("spec.defaults.branchTemplate")
            )
            found.addPatterns(provider.spec.writtenAllow, FieldPath("spec.repositoryPolicy.allow"))
            found.addPatterns(provider.spec.writtenDeny, FieldPath("spec.repositoryPolicy.deny"))
        }
        return found.all
    }

    /// What is reported of it.
    var draft: RuleFindings.Draft {
        let isText = limit.unit == "bytes"
        return RuleFindings.Draft(
            reason: .tooLarge,
            field: field,
            message:
                "\(isText ? "Too long" : "Too many"): \(size) \(limit.unit), and at most \(limit.value) are judged",
            remedy: isText ? "shorten it" : "split it",
            // The size is what it is about: one that grows is new.
            values: [ExactString(String(size))]
        )
    }
}

/// Collects what is over a limit.
private struct SizeExcesses {
    /// A member of an implementation.
    enum Member {
        case requiredKeys
        case mappings
        case externalId
    }

    private(set) var all: [SizeExcess] = []

    mutating func add(_ limit: SizeLimit, _ size: Int, _ field: @autoclosure () -> FieldPath) {
        if size > limit.value { all.append(SizeExcess(limit: limit, field: field(), size: size)) }
    }

    mutating func addKeys(of parameters: Parameters, _ map: @autoclosure () -> FieldPath) {
        for index in parameters.entries.indices {
            let key = parameters.entries[index].key
            add(.name, key.string.utf8.count, map().member(key))
        }
    }

    mutating func addStep(_ step: WorkflowStep, _ review: RunUnderReview) {
        add(.name, step.name.string.utf8.count, FieldPath(step: step, ".name"))
        add(.volumes, step.workload.volumes.count, FieldPath(step: step, ".workload.volumes"))
        addKeys(of: step.parameters, FieldPath(step: step, ".parameters"))
        if review.generation.hasLoops, let loop = step.loop {
            add(.volumes, loop.volumeNames.count, FieldPath(step: step, ".loop.state.volumeNames"))
        }
        // Others have the run's.
        if step.implementation.inline != nil || step.implementation.specRefName != nil {
            addContract(RunUnit.origin(of: review.run.spec, step: step), step, review)
        }
    }

    mutating func addContract(
        _ origin: RunUnit.ImplementationOrigin,
        _ step: WorkflowStep?,
        _ review: RunUnderReview
    ) {
        let implementation: Implementation? =
            switch origin {
            case .inline(let ofStep): ofStep ? step?.implementation.inline : review.run.spec.implementation.inline
            case .reference(let name, _): review.specification(name)
            case .none: nil
            }
        guard let implementation else { return }
        addContract(implementation) { member in
            let path: StaticString =
                switch member {
                case .requiredKeys: ".contract.requiredKeys"
                case .mappings: ".contract.mappings"
                case .externalId: ".source.externalId"
                }
            return RunUnit.implementationField(path, origin, step: step) ?? FieldPath("spec.implementation")
        }
    }

    mutating func addContract(_ implementation: Implementation, _ field: (Member) -> FieldPath) {
        add(.contract, implementation.contract.requiredKeys.count, field(.requiredKeys))
        add(.contract, implementation.contract.mappings.count, field(.mappings))
        add(.name, implementation.source.externalId?.string.utf8.count ?? 0, field(.externalId))
    }

    mutating func addPatterns(_ patterns: [IndexedName], _ list: FieldPath) {
        add(.patterns, patterns.count, list)
        for pattern in patterns { add(.pattern, pattern.name.string.utf8.count, list.item(pattern.index)) }
    }

    /// Wherever the repositories of run and steps come from.
    mutating func addRepositories(_ review: RunUnderReview) {
        for unit in review.runAndSteps {
            guard let count = unit.metadata.text(.repository)?.string.utf8.count, count > SizeLimit.name.value,
                let field = unit.metadata[.repository].flatMap({ unit.field(of: $0) })
            else { continue }
            add(.name, count, field)
        }
    }
}
