internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// Objects the run refers to, itself or through its Agent, that are not there yet (`controller-semantics.md` section 2).
struct References: Rule {
    static let descriptor = RuleDescriptor(
        id: "references",
        title: "Objects the run refers to that are not there yet",
        action: .warn,
        reasons: [.missingAgent, .missingProvider, .missingVcsProvider, .missingMemory, .missingSecret],
        asks: .secretUsers.union([.secret])
    )

    /// Secrets named in one message.
    private static let maximumNames = 5
    private static let agentField = FieldPath("spec.agentRef.name")

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        checkAgent(run, &findings)
        guard let state = run.state else { return }
        if let agent = run.agent { checkProvider(agent, state, run, &findings) }
        if run.mode != .none {
            var found: ExactString?
            for unit in run.units { checkVersionControl(unit, state, run, &found, &findings) }
        }
        checkMemory(state, run, &findings)
        if state.isKnown(.secret, in: run.namespace) { checkSecrets(state, run, &findings) }
    }

    private func checkAgent(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var outcome: ControllerOutcome { ControllerOutcome(.agent, .missingAgent) }
        guard let name = run.run.spec.agentName else {
            let message = "Required value: without an Agent the run cannot start"
            let written = run.run.spec.writtenAgentName
            return findings.report(.missingAgent, Self.agentField, message, "name an Agent", written, outcome)
        }
        guard run.agent == nil, run.state?.isKnown(.agent, in: run.namespace) == true else { return }
        reportNotFound(.missingAgent, "Agent", name, Self.agentField, outcome, run, &findings)
    }

    private func checkProvider(
        _ agent: Agent,
        _ state: any ClusterLookup,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        var outcome: ControllerOutcome { ControllerOutcome(.provider, .missingProvider) }
        guard let name = agent.spec.providerName else {
            let agentName = run.run.spec.agentName ?? ""
            let message = "Required value: Agent \(VisibleText.quoted(agentName)) names no AgentProvider"
            let remedy = "set spec.providerRef.name of the Agent"
            return findings.report(.missingProvider, Self.agentField, message, remedy, agentName, outcome)
        }
        guard state.agentProvider(name, in: run.namespace) == nil, state.isKnown(.agentProvider, in: run.namespace)
        else { return }
        reportNotFound(.missingProvider, "AgentProvider", name, Self.agentField, outcome, run, &findings)
    }

    /// - Parameters:
    ///   - unit: the run or a step.
    ///   - state: knows the providers.
    ///   - run: the run.
    ///   - found: name of the provider that was found last: nearly always all units have the same.
    ///   - findings: gets the finding.
    private func checkVersionControl(
        _ unit: RunUnit,
        _ state: any ClusterLookup,
        _ run: RunUnderReview,
        _ found: inout ExactString?,
        _ findings: inout RuleFindings
    ) {
        let isRequired = run.run.spec.vcsPolicy.isRequired
        // The controller goes on without version control unless the run demands it.
        var outcome: ControllerOutcome? {
            guard isRequired else { return nil }
            return ControllerOutcome(.vcsProvider, .missingVcsProvider, startingUnit: unit, of: run.run)
        }
        guard let (name, field) = run.providerReference(of: unit) else {
            guard isRequired, unit.implementation != nil, run.agent != nil else { return }
            let field = FieldPath("spec.vcsRef.name")
            let message = "Required value: vcsPolicy.required is true and no version control provider is given"
            let remedy = "name a VersionControlProvider"
            let written = run.run.spec.writtenVcsRefName
            return findings.report(.missingVcsProvider, field, message, remedy, written, outcome)
        }
        if name == found { return }
        guard state.versionControlProvider(name, in: run.namespace) == nil else {
            found = name
            return
        }
        guard state.isKnown(.versionControlProvider, in: run.namespace) else { return }
        reportNotFound(.missingVcsProvider, "VersionControlProvider", name, field, outcome, run, &findings)
    }

    private func checkMemory(_ state: any ClusterLookup, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        let own = run.run.spec.memoryRefName
        guard let name = own ?? run.agent?.spec.memoryRefName, state.memory(name, in: run.namespace) == nil,
            state.isKnown(.memory, in: run.namespace)
        else { return }
        let field = own == nil ? Self.agentField : FieldPath("spec.memoryRef.name")
        let outcome = ControllerOutcome(.memory, .missingMemory)
        reportNotFound(.missingMemory, "Memory", name, field, outcome, run, &findings)
    }

    private func checkSecrets(_ state: any ClusterLookup, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        let missing = run.secrets.filter { !state.hasSecret($0.name, in: run.namespace) }
        var groups: OrderedDictionary<FieldPath.Key, (field: FieldPath, names: OrderedSet<ExactString>)> = [:]
        for secret in missing { groups[secret.field.key, default: (secret.field, [])].names.append(secret.name) }
        for (field, unique) in groups.values {
            let names = unique.elements
            let place = "not found yet in namespace \(VisibleText.quoted(run.namespace))"
            let wording: RuleFindings.Wording = { names in
                let quoted = VisibleText.list(names, atMost: Self.maximumNames)
                return "Invalid value: \(names.count > 1 ? "Secrets" : "Secret") \(quoted) \(place)"
            }
            let draft = RuleFindings.Draft(
                reason: .missingSecret,
                field: field,
                message: wording(names),
                remedy: "create \(names.count > 1 ? "them" : "it") before the run starts, or correct the name",
                values: names,
                wording: wording
            )
            findings.report(draft)
        }
    }

    // MARK: Texts

    private func reportNotFound(
        _ reason: Reason,
        _ kind: StaticString,
        _ name: ExactString,
        _ field: FieldPath,
        _ outcome: ControllerOutcome?,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        let message = """
            Invalid value: \(kind) \(VisibleText.quoted(name)) not found yet in namespace \(VisibleText.quoted(run.namespace))
            """
        let remedy = "create it before the run starts, or correct the name"
        findings.report(reason, field, message, remedy, name, outcome)
    }
}

extension RuleID {
    package static let references = References.id
}

extension ControllerOutcome.Check {
    static let agent = Self(100)
    static let provider = Self(110)
    static let memory = Self(180, workflow: 130)
    static let vcsProvider = Self(220)
}

extension Reason {
    static let missingAgent = Reason(
        "MissingAgent",
        meaning: "no Agent named, or not found yet",
        example: "agentRef: {name: not-there}",
        fix: "create it first, or correct the name"
    )
    static let missingProvider = Reason(
        "MissingProvider",
        meaning: "the Agent's AgentProvider is missing",
        example: "an Agent without providerRef",
        fix: "create it first, or name one"
    )
    static let missingVcsProvider = Reason(
        "MissingVcsProvider",
        meaning: "the VersionControlProvider is missing",
        example: "vcsRef: {name: not-there}",
        fix: "create it first, or name one"
    )
    static let missingMemory = Reason(
        "MissingMemory",
        meaning: "the Memory is missing",
        example: "memoryRef: {name: not-there}",
        fix: "create it first, or correct the name"
    )
    static let missingSecret = Reason(
        "MissingSecret",
        meaning: "the Secret is missing",
        example: "secrets: [not-there]",
        fix: "create it first, or correct the name"
    )
}
