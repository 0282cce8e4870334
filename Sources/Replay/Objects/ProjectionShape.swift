internal import JSONPull
internal import Policy

/// Which parts of an object rules read, and how: what the decision log keeps of it.
indirect enum ProjectionShape: Sendable {
    /// A string, kept as it is.
    case text
    /// A string that may be a repository's address, kept without a credential.
    case address
    /// A string that is an address to post to, kept without what no rule reads of it: credential, query and fragment.
    case endpoint
    /// A boolean, a string, or an object of which it only matters that it is one.
    case choiceOrObject
    /// A map of which only the keys are read.
    case keys
    /// `key=value`, of whose value little is read.
    case configOverride
    /// A string of which only whether it is blank is read.
    case nonBlank
    /// A boolean.
    case flag
    /// A string or a number that is read for its value.
    case scalar
    /// A value of any type that may be quoted in a finding.
    case quoted
    /// A value of which it only matters that it is there.
    case presence
    /// The text of a prompt.
    case prompt
    /// A text that no SHA-256 is told of.
    case systemPrompt
    /// A string, or an object with a `name`.
    case name
    /// A string that is kept if it is a quantity.
    case quantity
    /// A map of quantities.
    case quantities
    /// A map of strings.
    case strings
    /// A map of parameters.
    case parameters
    case list(ProjectionShape)
    case object([Member])
    /// An object that is also compared as a whole.
    case identified([Member])

    /// A member that is read; all others are left out.
    struct Member: Sendable {
        var name: StaticString
        var shape: ProjectionShape

        init(_ name: StaticString, _ shape: ProjectionShape) {
            (self.name, self.shape) = (name, shape)
        }
    }

    /// `{"name": …}`.
    static let reference = ProjectionShape.object([Member("name", .text)])
}

// MARK: Kinds

extension ProjectionShape {
    /// What rules read of an object of `kind`.
    static func of(_ kind: JudgedKind) -> ProjectionShape {
        switch kind {
        case .agentRun: agentRun
        case .implementationSpec: .object([Member("metadata", metadata), Member("spec", implementation)])
        case .agent: agent
        case .versionControlProvider: versionControlProvider
        case .agentProvider: agentProvider
        }
    }

    /// The metadata alone.
    static let header = ProjectionShape.object([Member("metadata", metadata)])

    private static let metadata = ProjectionShape.object([
        Member("name", .text),
        Member("generateName", .text),
        Member("namespace", .text),
        Member("uid", .text),
        Member("creationTimestamp", .text),
        Member("deletionTimestamp", .presence),
        Member("labels", .strings),
        Member(
            "annotations",
            .object([
                Member("agents.proompteng.ai/template", .text),
                Member("agents.proompteng.ai/planning-artifact", .text),
            ])
        ),
    ])

    private static let systemPromptReference = ProjectionShape.identified([
        Member("kind", .text), Member("name", .text), Member("key", .nonBlank),
    ])

    // MARK: AgentRun

    private static let agentRun = ProjectionShape.object([
        Member("metadata", metadata), Member("spec", .object(spec)), Member("status", status),
    ])

    private static let spec: [Member] = [
        Member("agentRef", .reference),
        Member("implementationSpecRef", .reference),
        Member("implementation", inlineImplementation),
        Member("parameters", .parameters),
        Member("runtime", runtime),
        Member("ttlSecondsAfterFinished", .presence),
        Member("secrets", .list(.text)),
        Member("systemPrompt", .systemPrompt),
        Member("systemPromptRef", systemPromptReference),
        Member("vcsPolicy", .object([Member("required", .flag), Member("mode", .text)])),
        Member("vcsRef", .reference),
        Member("memoryRef", .reference),
        Member("workflow", .object([Member("steps", .list(step))])),
        Member("workload", workload),
        Member("goal", .object([Member("objective", .systemPrompt), Member("tokenBudget", .scalar)])),
        Member("idempotencyKey", .text),
    ]

    private static let step = ProjectionShape.object([
        Member("name", .text),
        Member("implementation", inlineImplementation),
        Member("implementationSpecRef", .reference),
        Member("parameters", .parameters),
        Member("workload", workload),
        Member("loop", loop),
        Member("timeoutSeconds", .scalar),
        Member("retries", .scalar),
        Member("retryBackoffSeconds", .scalar),
    ])

    private static let inlineImplementation = ProjectionShape.object([Member("inline", implementation)])

    private static let implementation = ProjectionShape.object([
        Member("text", .prompt),
        Member("summary", .prompt),
        Member("description", .systemPrompt),
        Member("acceptanceCriteria", .list(.systemPrompt)),
        Member(
            "contract",
            .object([
                Member("requiredKeys", .list(.text)),
                Member("mappings", .list(.identified([Member("from", .text), Member("to", .text)]))),
            ])
        ),
        Member(
            "source",
            .object([Member("provider", .text), Member("externalId", .address), Member("url", .address)])
        ),
        Member("vcsRef", .reference),
    ])

    private static let runtime = ProjectionShape.object([
        Member("type", .text),
        Member(
            "config",
            .object([
                Member("endpoint", .endpoint),
                Member("workflowType", .text),
                Member("taskQueue", .text),
                Member("namespace", .text),
                Member("serviceAccount", .text),
                Member("serviceAccountName", .text),
                Member("imagePullSecrets", .list(.name)),
                Member("resources", resources),
                Member("podSecurityContext", podSecurityContext),
                Member("priorityClassName", .text),
                Member("schedulerName", .text),
                Member("nodeSelector", .strings),
                Member("affinity", affinity),
                Member("tolerations", .list(.object([Member("key", .text)]))),
                Member("backoffLimit", .scalar),
                Member("ttlSecondsAfterFinished", .presence),
                Member("ttl", .presence),
                Member("ttlSeconds", .presence),
            ])
        ),
    ])

    private static let podSecurityContext = ProjectionShape.object([
        Member("runAsUser", .scalar),
        Member("runAsNonRoot", .flag),
        Member("seccompProfile", .object([Member("type", .text)])),
        Member("appArmorProfile", .object([Member("type", .text)])),
        Member("sysctls", .list(.object([Member("name", .text)]))),
        Member("seLinuxOptions", .object([Member("type", .text), Member("user", .text), Member("role", .text)])),
        Member("windowsOptions", .object([Member("hostProcess", .flag)])),
    ])

    private static let affinity = ProjectionShape.object([
        Member(
            "nodeAffinity",
            .object([
                Member(
                    "requiredDuringSchedulingIgnoredDuringExecution",
                    .object([Member("nodeSelectorTerms", .list(nodeTerm))])
                ),
                Member(
                    "preferredDuringSchedulingIgnoredDuringExecution",
                    .list(.object([Member("preference", nodeTerm)]))
                ),
            ])
        )
    ])

    private static let nodeTerm = ProjectionShape.object([
        Member("matchExpressions", .list(nodeDemand)), Member("matchFields", .list(nodeDemand)),
    ])

    private static let nodeDemand = ProjectionShape.object([Member("key", .text), Member("operator", .text)])

    private static let workload = ProjectionShape.object([
        Member("image", .text),
        Member(
            "volumes",
            .list(
                .object([
                    Member("name", .text), Member("type", .text), Member("secretName", .text),
                    Member("claimName", .text), Member("mountPath", .text), Member("sizeLimit", .quantity),
                ])
            )
        ),
        Member("resources", resources),
    ])

    private static let resources = ProjectionShape.object([
        Member("requests", .quantities), Member("limits", .quantities),
    ])

    private static let loop = ProjectionShape.identified([
        Member("maxIterations", .scalar),
        Member(
            "condition",
            .object([
                Member("expression", .nonBlank),
                Member(
                    "source",
                    .object([Member("path", .text), Member("onMissing", .quoted), Member("onInvalid", .quoted)])
                ),
            ])
        ),
        Member("state", .object([Member("required", .flag), Member("volumeNames", .list(.text))])),
    ])

    private static let status = ProjectionShape.object([
        Member("phase", .text),
        Member(
            "vcs",
            .object([
                Member("repository", .address), Member("headBranch", .text), Member("branch", .text),
                Member("mode", .text),
            ])
        ),
        Member("conditions", .list(.object([Member("type", .text), Member("status", .text)]))),
    ])

    // MARK: Other kinds

    private static let agent = ProjectionShape.object([
        Member("metadata", metadata),
        Member(
            "spec",
            .object([
                Member("providerRef", .reference),
                Member("memoryRef", .reference),
                Member("vcsRef", .reference),
                Member(
                    "defaults",
                    .object([Member("systemPrompt", .systemPrompt), Member("systemPromptRef", systemPromptReference)])
                ),
            ])
        ),
    ])

    private static let versionControlProvider = ProjectionShape.object([
        Member("metadata", metadata),
        Member(
            "spec",
            .object([
                Member("provider", .text),
                Member("repositoryPolicy", .object([Member("allow", .list(.text)), Member("deny", .list(.text))])),
                Member("defaults", .object([Member("baseBranch", .text), Member("branchTemplate", .text)])),
                Member("auth", authentication),
            ])
        ),
    ])

    private static let agentProvider = ProjectionShape.object([
        Member("metadata", metadata),
        Member(
            "spec",
            .object([
                Member("binary", .text),
                Member("adapter", .object([Member("type", .text), Member("codex", .object(codex))])),
            ])
        ),
    ])

    private static let codex: [Member] = [
        Member("sandbox", .text),
        Member("approval", .text),
        Member(
            "threadConfig",
            .object([
                Member("web_search", .text),
                Member("tools", .object([Member("web_search", .choiceOrObject)])),
                Member("mcp_servers", .keys),
            ])
        ),
        Member("cliConfigOverrides", .list(.configOverride)),
    ]

    private static let authentication = ProjectionShape.object([
        Member("method", .text),
        Member("token", .object([Member("type", .text), Member("secretRef", .reference)])),
        Member("app", .object([Member("privateKeySecretRef", .reference)])),
        Member("ssh", .object([Member("privateKeySecretRef", .reference)])),
    ])
}
