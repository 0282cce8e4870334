/// The rules in catalogue order, which is the order of findings.
package enum RuleID: String, Sendable, CaseIterable {
    case promptOverride = "prompt-override"
    case promptSource = "prompt-source"
    case literalTokens = "literal-tokens"
    case planStep = "plan-step"
    case systemPrompt = "system-prompt"
    case repositoryAllowlist = "repository-allowlist"
    case headBranchConflict = "head-branch-conflict"
    case headBranchName = "head-branch-name"
    case secretAllowlist = "secret-allowlist"
    case serviceAccount = "service-account"
    case imagePolicy = "image-policy"
    case implementationSource = "implementation-source"
    case labelLength = "label-length"
    case labelPolicy = "label-policy"
    case misplacedTtl = "misplaced-ttl"
    case parameters = "parameters"
    case workflowSteps = "workflow-steps"
    case runtimeConfig = "runtime-config"
    case implementationContract = "implementation-contract"
    case references = "references"
    case immutableSpec = "immutable-spec"
    case idempotencyKey = "idempotency-key"
    case limits = "limits"
    case providerPolicy = "provider-policy"
    /// Not a rule of its own: what is said of the cluster state that rules rest on.
    case clusterState = "cluster-state"

    /// What its findings do unless the reason or the policy says otherwise.
    package var defaultAction: Action {
        switch self {
        case .promptOverride, .promptSource, .literalTokens, .planStep, .headBranchName, .misplacedTtl, .references,
            .limits, .providerPolicy, .clusterState:
            .warn
        case .systemPrompt, .repositoryAllowlist, .headBranchConflict, .secretAllowlist, .serviceAccount,
            .imagePolicy, .implementationSource, .labelLength, .labelPolicy, .parameters, .workflowSteps,
            .runtimeConfig, .implementationContract, .immutableSpec, .idempotencyKey:
            .deny
        }
    }

    /// Its reasons, in the order its findings are listed.
    package var reasons: [Reason] {
        switch self {
        case .promptOverride: [.promptOverride, .stepPromptOverride, .forbiddenParameterKey]
        case .promptSource: [.ambiguousPromptSource, .emptyPrompt, .missingImplementation]
        case .literalTokens: [.literalToken, .emptyToken, .shellVariable]
        case .planStep: [.planStep]
        case .systemPrompt:
            [
                .systemPromptOverrideNotAllowed, .missingSystemPromptConfiguration, .ambiguousSystemPrompt,
                .invalidSystemPromptRef, .invalidSystemPrompt, .systemPromptTooLong,
            ]
        case .repositoryAllowlist:
            [
                .invalidRepository, .repositoryDenied, .repositoryNotAllowed, .vcsPolicyDenied, .missingRepository,
                .credentialInURL,
            ]
        case .headBranchConflict: [.headBranchConflict, .headBranchPathConflict, .tooManyBranches]
        case .headBranchName: [.headBranchPrefix, .invalidHeadBranch, .headEqualsBase]
        case .secretAllowlist: [.secretBlocked, .secretNotAllowed, .secretNotListed]
        case .serviceAccount: [.serviceAccountNotAllowed]
        case .imagePolicy: [.imageBlocked, .imageNotAllowed]
        case .implementationSource: [.implementationSourceProviderNotAllowed]
        case .labelLength: [.runNameTooLong, .runNameNotLabelValue]
        case .labelPolicy: [.missingRequiredLabels, .labelBlocked, .labelNotAllowed]
        case .misplacedTtl: [.misplacedTtl]
        case .parameters: [.tooLarge, .parametersTooLarge, .parameterNotString, .parameterValueTooLarge]
        case .workflowSteps:
            [
                .overlappingAttempts, .missingWorkflowSteps, .workflowStepMissingName, .workflowStepDuplicate,
                .workflowLoopsDisabled,
                .workflowLoopMaxIterationsInvalid, .workflowLoopMaxIterationsExceeded,
                .workflowLoopConditionExpressionMissing, .workflowLoopConditionPathInvalid,
                .workflowLoopConditionOnMissingInvalid, .workflowLoopConditionOnInvalidInvalid,
                .workflowLoopStateVolumeDuplicate, .workflowLoopStateVolumeMissing, .workflowLoopStateVolumeRequired,
                .workflowLoopStateVolumeNotPersistent,
            ]
        case .runtimeConfig: [.missingRuntime, .missingEndpoint, .missingTemporalConfig]
        case .implementationContract: [.invalidContract, .missingRequiredMetadata]
        case .references: [.missingAgent, .missingProvider, .missingVcsProvider, .missingMemory, .missingSecret]
        case .immutableSpec: [.specImmutableViolation]
        case .idempotencyKey: [.idempotencyKeyInUse, .idempotencyKeyCompleted]
        case .limits: [.concurrencyLimit, .queueLimit]
        case .providerPolicy: [.deadPattern, .unsupportedVcsAuth, .deprecatedAuth]
        case .clusterState: [.stateUnavailable, .stateStale, .branchUnclaimed]
        }
    }
}
