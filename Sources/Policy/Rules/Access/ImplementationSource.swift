internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// Whether the Agent takes work from where the implementation comes from (`controller-semantics.md` section 10).
struct ImplementationSource: Rule {
    static let descriptor = RuleDescriptor(
        id: "implementation-source",
        title: "The Agent's list of sources of work",
        action: .deny,
        reasons: [.implementationSourceProviderNotAllowed],
        asks: [.implementationSpec, .agent]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.generation.checksImplementationSource, let allowed = run.agent?.spec.allowedImplementationSources,
            !allowed.isEmpty
        else { return }
        for unit in run.runAndSteps {
            guard let implementation = unit.implementation else { continue }
            let provider = implementation.source.provider
            guard provider.map({ !allowed.contains($0.asciiLowercased) }) ?? true,
                let field = unit.implementationField(".source.provider")
            else { continue }
            let agent = VisibleText.quoted(run.run.spec.agentName ?? "")
            let source =
                provider.map { "source provider \(VisibleText.quoted($0))" } ?? "an implementation without source"
            // The run's own is looked at before anything starts, a step's when it is about to.
            let outcome =
                unit.step == nil
                ? ControllerOutcome(.implementationSource, .implementationSourceProviderNotAllowed)
                : ControllerOutcome(
                    .implementationSource,
                    .implementationSourceProviderNotAllowed,
                    startingUnit: unit,
                    of: run.run
                )
            let draft = RuleFindings.Draft(
                reason: .implementationSourceProviderNotAllowed,
                field: field,
                message: "Forbidden: \(source) is not in "
                    + "spec.security.allowedImplementationSourceProviders of Agent \(agent)",
                remedy: "use an allowed source, or add it to the Agent",
                values: [Self.value(provider, unit)],
                outcome: outcome
            )
            findings.report(draft)
        }
    }

    /// What is written at the field: the provider, or the reference that led to it.
    private static func value(_ provider: ExactString?, _ unit: RunUnit) -> ExactString {
        if case .reference(let name, _) = unit.implementationOrigin {
            return OffendingValue.joining(name, provider ?? "")
        }
        return provider ?? unit.implementation?.source.writtenProvider ?? ""
    }
}

extension RuleID {
    package static let implementationSource = ImplementationSource.id
}

extension ControllerOutcome.Check {
    static let implementationSource = Self(160, workflow: 180)
}

extension Reason {
    static let implementationSourceProviderNotAllowed = Reason(
        "ImplementationSourceProviderNotAllowed",
        meaning: "not in the Agent's allowedImplementationSourceProviders (2026-08)",
        example: "implementation.inline.source.provider: manual",
        fix: "an allowed source, or add it to the Agent"
    )
}
