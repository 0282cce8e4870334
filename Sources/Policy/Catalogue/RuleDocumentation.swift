/// What a rule is about, in one line, and which kinds it looks at.
package struct RuleDocumentation: Sendable {
    /// One line, without a full stop.
    package let summary: String
    /// Kinds of the group `agents.proompteng.ai`.
    package let kinds: [String]
    /// Keys of its entry in a policy beside `action` and `reasons`, with what they mean; empty when there are none.
    package let options: [(key: String, meaning: String)]

    private init(_ summary: String, kinds: [String] = ["AgentRun"], options: [(key: String, meaning: String)] = []) {
        (self.summary, self.kinds, self.options) = (summary, kinds, options)
    }

    /// The documentation of `rule`.
    package static func of(_ rule: RuleID) -> RuleDocumentation {
        switch rule {
        case .promptOverride: RuleDocumentation("A parameter hides the text the ImplementationSpec asks for")
        case .promptSource: RuleDocumentation("Where the prompt comes from is unclear, missing or empty")
        case .literalTokens:
            RuleDocumentation(
                "Tokens in a prompt, a head, a base or a repository that nobody replaces",
                kinds: ["AgentRun", "ImplementationSpec"]
            )
        case .planStep: RuleDocumentation("A planning step beside an implement step")
        case .systemPrompt:
            RuleDocumentation(
                "A system prompt where none may be, or that cannot be used",
                kinds: ["AgentRun", "Agent"]
            )
        case .repositoryAllowlist:
            RuleDocumentation(
                "Which repositories runs may work on",
                options: [
                    ("allow", "globs over owner/repo, any case; empty is not configured"),
                    ("deny", "globs, looked at before allow"), ("hosts", "hosts a repository's URL may name"),
                    ("nestedGroups", "whether a/b/c is a repository"),
                ]
            )
        case .headBranchConflict:
            RuleDocumentation(
                "Another active run holds the branch",
                options: [("scope", "Cluster, or Namespace for runs of the same namespace only")]
            )
        case .headBranchName:
            RuleDocumentation(
                "Head branches git takes, with the prefix the team wants",
                options: [("prefixes", "one of them must start the name; empty switches that off")]
            )
        case .secretAllowlist:
            RuleDocumentation(
                "Which Secrets runs may use",
                options: [
                    ("allow", "names or globs; empty is not configured"),
                    ("blocked", "names or globs, looked at first"),
                    ("requireBinding", "whether a SecretBinding must name the Secret"),
                ]
            )
        case .serviceAccount:
            RuleDocumentation(
                "The Agent's list of service accounts",
                options: [("default", "the account the controller's configuration names")]
            )
        case .imagePolicy:
            RuleDocumentation(
                "Which images may run",
                options: [("allow", "globs; empty is not configured"), ("deny", "globs, looked at before allow")]
            )
        case .implementationSource: RuleDocumentation("The Agent's list of sources of work")
        case .labelLength: RuleDocumentation("A name that cannot become a label")
        case .labelPolicy:
            RuleDocumentation(
                "Which labels a run must and may carry",
                options: [("required", "keys"), ("deny", "globs over keys"), ("allow", "globs over keys")]
            )
        case .misplacedTtl: RuleDocumentation("A time to live in runtime.config, which is not the run's")
        case .parameters:
            RuleDocumentation(
                "Number, type and length of parameters, and the size of what is judged",
                kinds: ["AgentRun", "ImplementationSpec", "VersionControlProvider"]
            )
        case .workflowSteps:
            RuleDocumentation(
                "Steps, their names and their loops",
                options: [
                    ("loops", "whether the controller runs loops; not set is not known"),
                    ("maxLoopIterations", "the most the controller allows"),
                ]
            )
        case .runtimeConfig: RuleDocumentation("What a runtime cannot start without")
        case .implementationContract:
            RuleDocumentation("What the implementation's contract demands", kinds: ["AgentRun", "ImplementationSpec"])
        case .references: RuleDocumentation("Objects the run refers to that are not there yet")
        case .immutableSpec:
            RuleDocumentation(
                "A spec that changes after the controller has taken it on",
                options: [("strict", "also parameters and workload")]
            )
        case .idempotencyKey: RuleDocumentation("An idempotency key another run has")
        case .limits:
            RuleDocumentation(
                "Limits at which a run would wait",
                options: [
                    (
                        "concurrency",
                        "running runs per agent, repository, namespace, cluster, and repositories by name; 0 is off"
                    ),
                    ("queue", "waiting runs per repository, namespace and cluster; 0 is off"),
                ]
            )
        case .providerPolicy:
            RuleDocumentation(
                "Patterns that match nothing and authentication that cannot work",
                kinds: ["VersionControlProvider"]
            )
        case .clusterState:
            RuleDocumentation("What is known of the cluster is missing or old, or a branch could not be claimed")
        }
    }
}
