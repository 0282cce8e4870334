internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// Which secrets runs may use: the policy's lists, the Agent's, and a SecretBinding where one is demanded
/// (`controller-semantics.md` section 9).
struct SecretAllowlist: Rule {
    static let descriptor = RuleDescriptor(
        id: "secret-allowlist",
        title: "Which Secrets runs may use",
        action: .deny,
        reasons: [.secretBlocked, .secretNotAllowed, .secretNotListed],
        options: [Keys.allow, Keys.blocked, Keys.requireBinding],
        patterns: .secrets,
        asks: .secretUsers
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let allow = RuleOption("allow", "names or globs; empty is not configured", default: [ExactString]())
        static let blocked = RuleOption("blocked", "names or globs, looked at first", default: [ExactString]())
        static let requireBinding = RuleOption(
            "requireBinding",
            "whether a SecretBinding must name the Secret",
            default: false
        )
    }

    /// Secrets named in one message.
    private static let maximumNames = 5

    private let allow: GlobList
    private let blocked: GlobList
    let requiresBinding: Bool

    init(options entry: inout PolicyEntry) {
        allow = GlobList(entry.strings(Keys.allow))
        blocked = GlobList(entry.strings(Keys.blocked))
        requiresBinding = entry.boolean(Keys.requireBinding)
    }

    /// Why one secret is refused.
    private enum Refusal {
        case blocked
        case notInPolicy
        case notInAgent
        case notBound
        case notListed

        var reason: Reason {
            switch self {
            case .blocked: .secretBlocked
            case .notInPolicy, .notInAgent, .notBound: .secretNotAllowed
            case .notListed: .secretNotListed
            }
        }
    }

    /// Secrets that one list refuses at one field.
    private struct Group {
        /// What tells groups apart.
        struct Key: Hashable {
            var refusal: Refusal
            var field: FieldPath.Key
        }

        var field: FieldPath
        var refusal: Refusal
        var names: [ExactString]
        var caps: [ExactString: Action]
        var outcome: ControllerOutcome?

        mutating func add(
            _ name: ExactString,
            _ cap: Action,
            _ outcome: ControllerOutcome?,
            _ run: RunUnderReview
        ) {
            let known = caps[name]
            if known == nil { names.append(name) }
            caps[name] = max(known ?? cap, cap)
            self.outcome = ControllerOutcome.first(of: [self.outcome, outcome].compactMap(\.self), run: run)
        }
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let secrets = run.secrets
        guard !secrets.isEmpty else { return }
        let bound = boundSecrets(run)
        let listed = run.run.spec.secrets
        // At most a few must be.
        let isListed: (ExactString) -> Bool = { name in listed.contains { $0.name == name } }
        var groups: OrderedDictionary<Group.Key, Group> = [:]
        for secret in secrets {
            if let refusal = refusal(of: secret, run, bound: bound) { add(secret, refusal, run, &groups) }
            if secret.mustBeListed(runHasSecrets: !listed.isEmpty), !isListed(secret.name) {
                add(secret, .notListed, run, &groups)
            }
        }
        for group in groups.values { report(group, run, &findings) }
    }

    /// The first list that refuses the secret.
    private func refusal(of secret: RunSecret, _ run: RunUnderReview, bound: Set<ExactString>?) -> Refusal? {
        if blocked.match(secret.name) != nil { return .blocked }
        if !allow.isEmpty, allow.match(secret.name) == nil { return .notInPolicy }
        if isRefusedByAgent(secret, run) { return .notInAgent }
        if let bound, !bound.contains(secret.name) { return .notBound }
        return nil
    }

    private func isRefusedByAgent(_ secret: RunSecret, _ run: RunUnderReview) -> Bool {
        guard let allowed = run.agent?.spec.allowedSecrets, !allowed.isEmpty else { return false }
        return !allowed.contains(secret.name)
    }

    /// The lists that admit `name` and those that refuse it, as a person reads them.
    ///
    /// - Parameters:
    ///   - name: of the secret.
    ///   - run: that would use it.
    ///   - bound: see ``boundSecrets(_:)``.
    /// - Returns: both, none of which needs be there.
    func lists(
        of name: ExactString,
        _ run: RunUnderReview,
        bound: Set<ExactString>?
    ) -> (admitted: [String], refused: [String]) {
        var (admitted, refused): ([String], [String]) = ([], [])
        if let pattern = blocked.match(name) {
            refused.append("the policy's blocked list (\(VisibleText.quoted(pattern)))")
        }
        if !allow.isEmpty {
            let pattern = allow.match(name)
            let list = "the policy's allow list" + (pattern.map { " (\(VisibleText.quoted($0)))" } ?? "")
            if pattern != nil { admitted.append(list) } else { refused.append(list) }
        }
        if let allowed = run.agent?.spec.allowedSecrets, !allowed.isEmpty {
            let list = "spec.security.allowedSecrets of Agent \(VisibleText.quoted(run.run.spec.agentName ?? ""))"
            if allowed.contains(name) { admitted.append(list) } else { refused.append(list) }
        }
        if let bound {
            if bound.contains(name) { admitted.append("a SecretBinding") } else { refused.append("the SecretBindings") }
        }
        return (admitted, refused)
    }

    /// What the namespace's SecretBindings allow the run's Agent; nil where nobody asks, and without cluster state.
    func boundSecrets(_ run: RunUnderReview) -> Set<ExactString>? {
        guard requiresBinding, let state = run.state else { return nil }
        // No binding names nobody.
        guard let agent = run.run.spec.agentName else { return [] }
        let bindings = state.secretBindings(in: run.namespace).filter { $0.names(agent, in: run.namespace) }
        return Set(bindings.flatMap(\.allowedSecrets))
    }

    private func add(
        _ secret: RunSecret,
        _ refusal: Refusal,
        _ run: RunUnderReview,
        _ groups: inout OrderedDictionary<Group.Key, Group>
    ) {
        // The controller goes on without version control unless the run demands it.
        let isOptional = secret.use == .versionControl && !run.run.spec.vcsPolicy.isRequired
        let cap: Action = isOptional ? .warn : .deny
        let outcome = isOptional ? nil : outcome(of: secret, refusal, run)
        let key = Group.Key(refusal: refusal, field: secret.field.key)
        let group = Group(field: secret.field, refusal: refusal, names: [], caps: [:], outcome: nil)
        groups[key, default: group].add(secret.name, cap, outcome, run)
    }

    /// What the controller itself would say; nil where only this rule refuses.
    private func outcome(of secret: RunSecret, _ refusal: Refusal, _ run: RunUnderReview) -> ControllerOutcome? {
        // Being outside the policy's own list or without a binding means nothing to the controller, but the secret may
        // be missing from the Agent's list as well.
        let refusedByAgent = isRefusedByAgent(secret, run)
        switch (secret.use, refusal) {
        case (.volume, _), (.imagePull, _), (.providerEnvironment, _): return nil
        case (.listed, .blocked):
            return refusedByAgent
                ? ControllerOutcome(.runSecretsAllowed, .secretNotAllowed)
                : ControllerOutcome(.runSecretsBlocked, .secretBlocked)
        case (.memory, .blocked): return ControllerOutcome(.memorySecret, .secretBlocked)
        case (.versionControl, .blocked):
            return secret.unit.map {
                ControllerOutcome(.vcsSecretBlocked, .secretBlocked, startingUnit: $0, of: run.run)
            }
        case (.systemPrompt, .notListed), (.agentSystemPrompt, .notListed):
            return ControllerOutcome(.systemPrompt, .secretNotAllowed)
        case (.memory, .notListed): return ControllerOutcome(.memorySecret, .secretNotAllowed)
        default: break
        }
        guard refusedByAgent else { return nil }
        switch secret.use {
        case .listed: return ControllerOutcome(.runSecretsAllowed, .secretNotAllowed)
        case .memory: return ControllerOutcome(.memorySecret, .secretNotAllowed)
        case .versionControl:
            return secret.unit.map {
                ControllerOutcome(.vcsSecretAllowed, .secretNotAllowed, startingUnit: $0, of: run.run)
            }
        default: return ControllerOutcome(.systemPrompt, .secretNotAllowed)
        }
    }

    // MARK: Texts

    private func report(_ group: Group, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        let (why, remedy) = texts(group.refusal, run)
        let kind = group.refusal == .notListed ? "Required value" : "Forbidden"
        let wording: RuleFindings.Wording = { names in
            let (subject, verb) = names.count > 1 ? ("secrets", "are") : ("secret", "is")
            return "\(kind): \(subject) \(VisibleText.list(names, atMost: Self.maximumNames)) \(verb) \(why)"
        }
        let draft = RuleFindings.Draft(
            reason: group.refusal.reason,
            field: group.field,
            message: wording(group.names),
            remedy: remedy,
            values: group.names,
            caps: group.caps,
            outcome: group.outcome,
            wording: wording
        )
        findings.report(draft)
    }

    private func texts(_ refusal: Refusal, _ run: RunUnderReview) -> (why: String, remedy: String) {
        let agent = run.run.spec.agentName ?? ""
        let policy = "of rule secret-allowlist in policy \(VisibleText.quoted(ExactString(run.policyName)))"
        switch refusal {
        case .blocked: return ("blocked by the policy", "use another secret, or change blocked \(policy)")
        case .notInPolicy:
            return ("not in the policy's allow list", "use an allowed secret, or add it to allow \(policy)")
        case .notInAgent:
            return (
                "not in spec.security.allowedSecrets of Agent \(VisibleText.quoted(agent))",
                "use an allowed secret, or add it to the Agent"
            )
        case .notBound:
            let subject = VisibleText.part(ExactString("Agent/\(agent)"))
            return (
                "in no SecretBinding for Agent \(VisibleText.quoted(agent))",
                "add it to spec.allowedSecrets of a SecretBinding with subject \(subject)"
            )
        case .notListed: return ("not in spec.secrets, where the controller demands it", "add it to spec.secrets")
        }
    }
}

extension RuleID {
    package static let secretAllowlist = SecretAllowlist.id
}

extension ControllerOutcome.Check {
    static let runSecretsAllowed = Self(130, workflow: 140)
    static let runSecretsBlocked = Self(190, workflow: 150)
    static let memorySecret = Self(200, workflow: 160)
    static let vcsSecretBlocked = Self(250)
    static let vcsSecretAllowed = Self(260)
}

extension Reason {
    static let secretBlocked = Reason(
        "SecretBlocked",
        meaning: "matches the policy's blocked",
        example: "secrets: [cluster-admin-token]",
        fix: "another Secret"
    )
    static let secretNotAllowed = Reason(
        "SecretNotAllowed",
        meaning: "in no allow list, not in the Agent's, or in no SecretBinding",
        example: "secrets: [somebody-elses]",
        fix: "an allowed Secret, or add it where the message says"
    )
    static let secretNotListed = Reason(
        "SecretNotListed",
        meaning: "spec.secrets must name it as well",
        example: "systemPromptRef to a Secret that spec.secrets does not name",
        fix: "add it to spec.secrets",
        mend: .listing
    )
}

extension Mend {
    fileprivate static let listing = Mend(dependingOn: "spec.secrets") { mended in
        let names = mended.finding.values.filter { !$0.isRatcheted }.map(\.text.string)
        switch mended.presentFields["spec.secrets"] {
        case .array?: return names.map { .append(path: "/spec/secrets/-", value: $0) }
        case nil: return [.addList(path: "/spec/secrets", values: names)]
        // What is meant by anything else a person must say.
        case .object?, .string?, .number?, .boolean?, .null?: return []
        }
    }
}
