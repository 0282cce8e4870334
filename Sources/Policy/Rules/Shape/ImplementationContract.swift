internal import AgentRuns
internal import JSONPull

/// What an implementation's contract demands of the run, and whether it is one (`controller-semantics.md` section 7).
struct ImplementationContract: Rule {
    static let descriptor = RuleDescriptor(
        id: "implementation-contract",
        title: "What the implementation's contract demands",
        action: .deny,
        kinds: [.agentRun, .implementationSpec],
        reasons: [.invalidContract, .missingRequiredMetadata],
        asks: [.implementationSpec]
    )

    /// Keys named in one message: the most the CRD lets a contract have.
    private static let maximumKeys = 50

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        // Units that share their metadata lack the same keys.
        var last: (metadata: RunMetadata, missing: [ExactString])?
        for unit in run.units {
            guard let contract = unit.implementation?.contract else { continue }
            if contract.isFaulty {
                checkShape(contract, unit, run, &findings)
            } else if !contract.requiredKeys.isEmpty {
                if last?.metadata !== unit.metadata {
                    last = (unit.metadata, unit.metadata.missing(contract.requiredKeys))
                }
                if let missing = last?.missing, !missing.isEmpty { report(missing, unit, run, &findings) }
            }
        }
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        guard case .implementationSpec(let spec, _) = object, let contract = spec.implementation?.contract else {
            return
        }
        if let keys = contract.faultyRequiredKeys {
            reportShape(Self.requiredKeysFault, keys, FieldPath("spec.contract.requiredKeys"), nil, &findings)
        }
        if let mappings = contract.faultyMappings {
            reportShape(Self.mappingsFault, mappings, FieldPath("spec.contract.mappings"), nil, &findings)
        }
    }

    // MARK: Shape

    /// What is wrong with a list, and how to put it right.
    private typealias Fault = (message: StaticString, remedy: StaticString)

    private static let requiredKeysFault: Fault = (
        "every entry must be a string that is not blank", "remove the entries that are none"
    )
    private static let mappingsFault: Fault = (
        "every entry must be an object with from and to, neither blank", "complete or remove the others"
    )

    private func checkShape(
        _ contract: Contract,
        _ unit: RunUnit,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        var reference: ExactString?
        if case .reference(let name, _) = unit.implementationOrigin { reference = name }
        let outcome = ControllerOutcome(.contract, .invalidContract, startingUnit: unit, of: run.run)
        if let keys = contract.faultyRequiredKeys, let field = unit.implementationField(".contract.requiredKeys") {
            reportShape(Self.requiredKeysFault, keys, field, outcome, reference: reference, &findings)
        }
        if let mappings = contract.faultyMappings, let field = unit.implementationField(".contract.mappings") {
            reportShape(Self.mappingsFault, mappings, field, outcome, reference: reference, &findings)
        }
    }

    /// - Parameters:
    ///   - fault: what is wrong.
    ///   - value: the list as JSON.
    ///   - field: where it is, or the reference that led there.
    ///   - outcome: what the controller makes of it.
    ///   - reference: name of the ImplementationSpec, if it is one.
    ///   - findings: gets the finding.
    private func reportShape(
        _ fault: Fault,
        _ value: ExactString,
        _ field: FieldPath,
        _ outcome: ControllerOutcome?,
        reference: ExactString? = nil,
        _ findings: inout RuleFindings
    ) {
        let subject = reference.map { "the contract of ImplementationSpec \(VisibleText.quoted($0)) is faulty: " } ?? ""
        findings.report(
            .invalidContract,
            field,
            "Invalid value: \(subject)\(fault.message)",
            "\(fault.remedy)",
            reference ?? value,
            outcome
        )
    }

    // MARK: Keys

    private func report(
        _ missing: [ExactString],
        _ unit: RunUnit,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        let field = unit.step.map { FieldPath(step: $0, ".parameters") } ?? FieldPath("spec.parameters")
        let draft = RuleFindings.Draft(
            reason: .missingRequiredMetadata,
            field: field,
            message: Self.message(missing),
            remedy: "set \(missing.count == 1 ? "it" : "them") in the parameters, or change the contract",
            values: missing,
            outcome: ControllerOutcome(.contract, .missingRequiredMetadata, startingUnit: unit, of: run.run),
            wording: Self.message
        )
        findings.report(draft)
    }

    @Sendable private static func message(_ missing: [ExactString]) -> String {
        "Required value: the implementation's contract demands \(VisibleText.list(missing, atMost: maximumKeys))"
    }
}

extension RuleID {
    package static let implementationContract = ImplementationContract.id
}

extension ControllerOutcome.Check {
    static let contract = Self(170, workflow: 210)
}

extension Reason {
    static let invalidContract = Reason(
        "InvalidContract",
        meaning: "requiredKeys or mappings are faulty",
        example: "contract: {requiredKeys: [\"\"]}",
        fix: "complete or remove the entries"
    )
    static let missingRequiredMetadata = Reason(
        "MissingRequiredMetadata",
        meaning: "a key the contract demands is missing",
        example: "contract: {requiredKeys: [issueNumber]}",
        fix: "set the parameter"
    )
}
