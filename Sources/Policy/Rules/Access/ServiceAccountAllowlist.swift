internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// Whether the Agent allows the service account the run's pods would have (`controller-semantics.md` section 10).
struct ServiceAccountAllowlist: Rule {
    static let descriptor = RuleDescriptor(
        id: "service-account",
        title: "The Agent's list of service accounts",
        action: .deny,
        reasons: [.serviceAccountNotAllowed],
        options: [Keys.default],
        asks: .agentProvider
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let `default` = RuleOption(
            "default",
            "the account the controller's configuration names",
            default: ExactString?.none
        )
    }

    /// The account the controller's own configuration names for runs that name none; nil when it is not known.
    private let controllerDefault: ExactString?

    init(options entry: inout PolicyEntry) {
        controllerDefault = entry.string(Keys.`default`)?.nonBlank
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.isPod, let allowed = run.agent?.spec.allowedServiceAccounts, !allowed.isEmpty,
            let (account, field, _) = account(of: run), !allowed.contains(account)
        else { return }
        let agent = VisibleText.quoted(run.run.spec.agentName ?? "")
        findings.report(
            .serviceAccountNotAllowed,
            field,
            "Forbidden: service account \(VisibleText.quoted(account)) is not in "
                + "spec.security.allowedServiceAccounts of Agent \(agent)",
            "use an allowed service account, or add it to the Agent",
            account,
            ControllerOutcome(.serviceAccount, .serviceAccountNotAllowed)
        )
    }

    /// Where the account that pods would have comes from.
    enum Origin {
        /// The run itself, at the field.
        case run
        /// The AgentProvider that the run's Agent names.
        case provider
        /// The controller's configuration, by the policy's word.
        case controller
    }

    /// The account the pods would have, the field to set, and where it comes from; nil when nobody can say.
    func account(of run: RunUnderReview) -> (ExactString, FieldPath, Origin)? {
        let runtime = run.run.spec.runtime
        let field = FieldPath("spec.runtime.config.serviceAccount")
        if let account = runtime.serviceAccount { return (account, field, .run) }
        if run.generation.readsServiceAccountName, let account = runtime.serviceAccountName {
            return (account, FieldPath("spec.runtime.config.serviceAccountName"), .run)
        }
        if run.generation.readsProviderWorkload {
            guard let provider = run.agentProvider else { return nil }
            if let account = provider.spec.serviceAccountName {
                return (account, FieldPath("spec.agentRef.name"), .provider)
            }
        }
        return controllerDefault.map { ($0, field, .controller) }
    }
}

extension RuleID {
    package static let serviceAccount = ServiceAccountAllowlist.id
}

extension ControllerOutcome.Check {
    static let serviceAccount = Self(140, workflow: 170)
}

extension Reason {
    static let serviceAccountNotAllowed = Reason(
        "ServiceAccountNotAllowed",
        meaning: "not in the Agent's allowedServiceAccounts",
        example: "runtime.config.serviceAccount: admin",
        fix: "an allowed account, or add it to the Agent"
    )
}
