internal import AgentRuns
internal import JSONPull

/// Which repositories runs may work on: the policy's lists and the provider's own (`RULES.md` section 3.1).
struct RepositoryAllowlist: Rule {
    static let descriptor = RuleDescriptor(
        id: "repository-allowlist",
        title: "Which repositories runs may work on",
        action: .deny,
        reasons: [
            .invalidRepository, .repositoryDenied, .repositoryNotAllowed, .vcsPolicyDenied, .missingRepository,
            .credentialInURL,
        ],
        options: [Keys.allow, Keys.deny, Keys.hosts, Keys.nestedGroups],
        patterns: .repositories,
        asks: .versionControl
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let allow = RuleOption(
            "allow",
            "globs over owner/repo, any case; empty is not configured",
            default: [ExactString]()
        )
        static let deny = RuleOption("deny", "globs, looked at before allow", default: [ExactString]())
        static let hosts = RuleOption(
            "hosts",
            "hosts a repository's URL may name",
            default: RepositoryName.Options().hosts
        )
        static let nestedGroups = RuleOption(
            "nestedGroups",
            "whether a/b/c is a repository",
            default: RepositoryName.Options().allowsNestedGroups
        )
    }

    private let allow: GlobList
    private let deny: GlobList
    let options: RepositoryName.Options

    init(options entry: inout PolicyEntry) {
        allow = GlobList(entry.globs(Keys.allow.key), isCaseSensitive: false)
        deny = GlobList(entry.globs(Keys.deny.key), isCaseSensitive: false)
        var options = RepositoryName.Options()
        options.allowsNestedGroups = entry.boolean(Keys.nestedGroups)
        options.hosts = entry.strings(Keys.hosts).map(\.trimmed.asciiLowercased)
        self.options = options
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var last: RunUnderReview.Repository?
        var seen: [ObjectIdentifier: RunUnderReview.Repository] = [:]
        var normalised: RunUnderReview.Repository?
        var judged = JudgedProviders()
        for (unit, repository) in zip(run.runAndSteps, run.repositories) {
            guard let repository else { continue }
            // One that a step takes from the run is right or wrong for both.
            if repository !== last {
                if let last { seen[ObjectIdentifier(last)] = normalised }
                last = repository
                normalised = seen[ObjectIdentifier(repository)]
                if normalised == nil {
                    let own = self.normalised(repository, run)
                    normalised = own
                    checkName(own, &findings)
                    checkCredential(own, &findings)
                    checkPolicy(own, run, &findings)
                }
            }
            if let normalised { checkProvider(normalised, unit, run, &judged, &findings) }
        }
        checkPresence(run, &findings)
    }

    /// Which provider has judged which repository: what it says to one unit it says to all.
    private struct JudgedProviders {
        private struct Pair: Hashable {
            var repository: ObjectIdentifier
            var provider: ObjectIdentifier
        }

        private var seen = SeenOnce<Pair>()

        /// Whether this is the first time.
        mutating func insert(_ repository: RunUnderReview.Repository, _ provider: VersionControlProvider) -> Bool {
            seen.insert(Pair(repository: ObjectIdentifier(repository), provider: ObjectIdentifier(provider)))
        }
    }

    private func checkName(_ repository: RunUnderReview.Repository, _ findings: inout RuleFindings) {
        // A `${name}` that nobody replaces is told by literal-tokens.
        guard repository.name.normalForm == nil, !repository.isPlaceholder else { return }
        report(
            .invalidRepository,
            repository,
            "Invalid value: \(VisibleText.quoted(repository.name.told)): not an owner/repo name",
            "write it as owner/repo",
            &findings
        )
    }

    /// Whoever may read runs, their status, logs or audit events sees what is written here.
    private func checkCredential(_ repository: RunUnderReview.Repository, _ findings: inout RuleFindings) {
        guard UserInformation.isCredential(in: repository.name.written) else { return }
        let address = repository.name.normalForm.map { "\(VisibleText.quoted($0)) alone" } ?? "owner/repo"
        report(
            .credentialInURL,
            repository,
            "Forbidden: \(VisibleText.quoted(repository.name.told)) carries user information, which everyone who may read "
                + "the run can see",
            "write \(address), revoke what stood before the @ if it is a secret, and give access by the "
                + "VersionControlProvider's secret",
            &findings
        )
    }

    private func checkPolicy(
        _ repository: RunUnderReview.Repository,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        // The texts cost more than the check, so only a refusal pays for them.
        var quoted: String { VisibleText.quoted(repository.name.told) }
        var rule: String { "of rule repository-allowlist in policy \(VisibleText.quoted(ExactString(run.policyName)))" }
        if let pattern = deny.match(repository.name.written, repository.key) {
            report(
                .repositoryDenied,
                repository,
                "Forbidden: \(quoted) matches the denied pattern \(VisibleText.quoted(pattern))",
                "use another repository, or change deny \(rule)",
                &findings
            )
            return
        }
        guard !allow.isEmpty else { return }
        if let host = repository.name.host, !options.hosts.contains(host) {
            // What is taken for the host may be part of what a credential was cut from.
            let isTold = !UserInformation.isCredential(in: repository.name.written)
            let subject = isTold ? "the host \(VisibleText.quoted(host)) of \(quoted)" : "the host of \(quoted)"
            report(
                .repositoryNotAllowed,
                repository,
                "Forbidden: \(subject) is not an allowed host",
                "use a repository on \(Self.list(options.hosts)), or add the host to hosts \(rule)",
                &findings
            )
        } else if repository.name.normalForm.flatMap({ allow.match($0) }) == nil {
            report(
                .repositoryNotAllowed,
                repository,
                "Forbidden: \(quoted) is not an allowed repository",
                "use an allowed repository, or add it to allow \(rule)",
                &findings
            )
        }
    }

    private func checkProvider(
        _ repository: RunUnderReview.Repository,
        _ unit: RunUnit,
        _ run: RunUnderReview,
        _ judged: inout JudgedProviders,
        _ findings: inout RuleFindings
    ) {
        guard run.mode != .none, let provider = run.provider(of: unit), judged.insert(repository, provider.object)
        else { return }
        let (written, key) = (repository.name.written, repository.key)
        let denied = provider.object.spec.deny.match(written, key) != nil
        let allow = provider.object.spec.allow
        guard denied || (!allow.isEmpty && allow.match(written) == nil) else { return }
        report(
            .vcsPolicyDenied,
            repository,
            "Forbidden: \(VisibleText.quoted(repository.name.told)) is refused by the repositoryPolicy of "
                + "VersionControlProvider \(VisibleText.quoted(provider.name))",
            "use a repository that provider allows, or change its repositoryPolicy",
            &findings,
            outcome: ControllerOutcome(.repositoryPolicy, .vcsPolicyDenied, startingUnit: unit, of: run.run)
        )
    }

    /// Hosts named in one message.
    private static let maximumHosts = 5

    private static func list(_ hosts: [ExactString]) -> String {
        let rest = hosts.count > maximumHosts ? " and \(hosts.count - maximumHosts) more" : ""
        return hosts.prefix(maximumHosts).map(\.string).joined(separator: ", ") + rest
    }

    private func checkPresence(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.spec.vcsPolicy.isRequired, run.mode != .none else { return }
        let missing = run.units.first { $0.implementation != nil && !$0.metadata.has(.repository) }
        guard let missing else { return }
        let field = FieldPath("spec.parameters.repository")
        let written = run.run.spec.parameters.entries.first { $0.name == .repository }
        findings.report(
            .missingRepository,
            field,
            "Required value: vcsPolicy.required is true and no repository is given",
            "set spec.parameters.repository to owner/repo",
            written?.value.identity ?? "",
            ControllerOutcome(.repositoryMissing, .missingRepository, startingUnit: missing, of: run.run)
        )
    }

    /// The repository by this rule's own options, which an override may have changed.
    private func normalised(
        _ repository: RunUnderReview.Repository,
        _ run: RunUnderReview
    ) -> RunUnderReview.Repository {
        guard options != run.repositoryOptions else { return repository }
        return RunUnderReview.Repository(
            name: RepositoryName(repository.name.written, options: options),
            field: repository.field
        )
    }

    private func report(
        _ reason: Reason,
        _ repository: RunUnderReview.Repository,
        _ message: String,
        _ remedy: String,
        _ findings: inout RuleFindings,
        outcome: ControllerOutcome? = nil
    ) {
        findings.report(reason, repository.field, message, remedy, repository.name.written, outcome)
    }
}

extension RuleID {
    package static let repositoryAllowlist = RepositoryAllowlist.id
}

extension ControllerOutcome.Check {
    static let repositoryMissing = Self(230)
    static let repositoryPolicy = Self(240)
}

extension Reason {
    static let invalidRepository = Reason(
        "InvalidRepository",
        meaning: "not owner/repo",
        example: "repository: lab",
        fix: "write owner/repo"
    )
    static let repositoryDenied = Reason(
        "RepositoryDenied",
        meaning: "matches the policy's deny",
        example: "repository: proompteng/private-keys",
        fix: "another repository, or the policy"
    )
    static let repositoryNotAllowed = Reason(
        "RepositoryNotAllowed",
        meaning: "matches no allow, or is on another host",
        example: "repository: https://evil.example/proompteng/lab",
        fix: "an allowed repository, or the policy"
    )
    static let vcsPolicyDenied = Reason(
        "VcsPolicyDenied",
        meaning: "the VersionControlProvider's repositoryPolicy refuses it",
        example: "repository: other/lab",
        fix: "a repository the provider allows"
    )
    static let missingRepository = Reason(
        "MissingRepository",
        meaning: "version control is required and no repository is given",
        example: "vcsPolicy: {required: true}",
        fix: "set spec.parameters.repository"
    )
    static let credentialInURL = Reason(
        "CredentialInURL",
        action: .warn,
        meaning: "an address with user information before the `@`; nothing here repeats it",
        example: "repository: https://x-access-token:TOKEN@github.com/acme/app",
        fix: "write owner/repo, revoke what stood there, and use the VersionControlProvider's secret"
    )
}
