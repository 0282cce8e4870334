package import AgentRuns
package import JSONPull
internal import OrderedCollections

/// Where everything a run would do comes from, for `explain`; never a prompt's text, and names are fit to print and cut.
package struct RunReading: Sendable {
    /// A value and the place that gives it.
    package struct Value: Sendable {
        package var text: ExactString
        /// A field path of the run, or `ImplementationSpec/NAME .spec.source.url` and the like.
        package var source: String
    }

    /// The run itself, or one step of a workflow.
    package struct Unit: Sendable {
        /// The step's name; nil for the run itself.
        package var step: ExactString?
        /// Nil when there is none.
        package var prompt: Explanation.Prompt?
        package var repository: Value?
        package var base: Value?
        package var head: Value?
    }

    /// A secret the run would use.
    package struct Secret: Sendable {
        package var name: ExactString
        /// Where it is asked for, and what for; several places may name it.
        package var uses: [String]
        /// The lists that admit it; empty when no list is configured.
        package var admittedBy: [String]
        /// The lists that refuse it.
        package var refusedBy: [String]
    }

    package var units: [Unit]
    package var mode: VcsMode
    package var provider: Value?
    package var secrets: [Secret]
    /// What it would get of the cluster.
    package var demands: RunDemands

    init(_ run: RunUnderReview, policy: AdmissionPolicy) {
        mode = run.mode
        demands = RunDemands(run, policy: policy)
        let sources = ValueSources(run: run)
        units = zip(run.units, run.prompts).map { Unit($0, $1, run, sources) }
        provider = run.units.lazy.compactMap { run.providerReference(of: $0) }.first.map { name, field in
            Value(text: name.visible, source: field.text)
        }
        let rule = policy.secretAllowlist(for: run.subject.match)
        let bound = rule.boundSecrets(run)
        var uses: OrderedDictionary<ExactString, OrderedSet<ExactString>> = [:]
        for secret in run.secrets {
            let use = ExactString("\(secret.field.text) (\(secret.use.description))")
            uses[secret.name, default: []].append(use)
        }
        secrets = uses.map { name, uses in
            let (admitted, refused) = rule.lists(of: name, run, bound: bound)
            return Secret(name: name.visible, uses: uses.map(\.string), admittedBy: admitted, refusedBy: refused)
        }
    }
}

extension RunReading.Unit {
    fileprivate init(
        _ unit: RunUnit,
        _ effectivePrompt: EffectivePrompt,
        _ run: RunUnderReview,
        _ sources: ValueSources
    ) {
        step = unit.step?.name.visible
        prompt = Explanation.Prompt(effectivePrompt)
        repository = sources.value(.repository, of: unit)
        let provider = run.provider(of: unit)
        base =
            sources.value(.base, of: unit)
            ?? provider.flatMap { provider in
                provider.object.spec.baseBranch.map {
                    .init(
                        text: $0.visible,
                        source: "VersionControlProvider/\(provider.name.visible) .spec.defaults.baseBranch"
                    )
                }
            }
        head = sources.value(.head, of: unit) ?? Self.generatedHead(of: unit, provider, run)
    }

    /// The head that no parameter gives.
    private static func generatedHead(
        of unit: RunUnit,
        _ provider: RunUnderReview.Provider?,
        _ run: RunUnderReview
    ) -> RunReading.Value? {
        let head = unit.head(
            provider: provider?.object,
            run: run.run.metadata,
            namespace: run.namespace,
            mode: run.mode,
            generation: run.generation
        )
        guard let head, let provider else { return nil }
        let source =
            provider.object.spec.branchTemplate == nil
            ? "the controller's default"
            : "VersionControlProvider/\(provider.name.visible) .spec.defaults.branchTemplate"
        return .init(text: head.name.visible, source: source)
    }
}

/// Names the places that metadata comes from.
private struct ValueSources {
    let run: RunUnderReview

    func value(_ name: ParameterName, of unit: RunUnit) -> RunReading.Value? {
        unit.metadata[name].map { value in
            .init(
                text: (name == .repository ? UserInformation.cut(from: value.text) : value.text).visible,
                source: source(of: value, unit) + (value.isMapped ? " (mapped by the contract)" : "")
            )
        }
    }

    private func source(of value: RunMetadata.Value, _ unit: RunUnit) -> String {
        if case .source(let member) = value.origin, case .reference(let name, _) = unit.implementationOrigin {
            return "ImplementationSpec/\(name.visible) .spec\(member)"
        }
        return unit.field(of: value)?.text ?? "the implementation"
    }
}

extension RunSecret.Use {
    fileprivate var description: String {
        switch self {
        case .listed: "listed"
        case .systemPrompt: "system prompt"
        case .volume: "volume"
        case .imagePull: "image pull"
        case .memory: "memory"
        case .versionControl: "version control"
        case .agentSystemPrompt: "system prompt of the Agent"
        case .providerEnvironment: "environment of the AgentProvider"
        }
    }
}

extension Explanation.Prompt {
    /// Nil when the unit has no prompt.
    fileprivate init?(_ prompt: EffectivePrompt) {
        guard let winner = prompt.winner else { return nil }
        self.init(
            step: prompt.unit.step?.name.visible,
            source: Source(winner),
            overrides: prompt.hidden.map { [Source($0)] } ?? []
        )
    }
}
