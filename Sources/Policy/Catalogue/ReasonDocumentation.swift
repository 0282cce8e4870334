/// What a reason means, an example of it, and how to put it right.
package struct ReasonDocumentation: Sendable {
    /// One line of Markdown, without a full stop.
    package let meaning: String
    /// What has it.
    package let example: String
    package let fix: String

    private init(_ meaning: String, _ example: String, _ fix: String) {
        (self.meaning, self.example, self.fix) = (meaning, example, fix)
    }

    /// The documentation of `reason`.
    package static func of(_ reason: Reason) -> ReasonDocumentation {
        switch reason {
        case .promptOverride:
            ReasonDocumentation(
                "`parameters.prompt` wins over the text of the whole run (2026-02)",
                "spec.parameters.prompt: \"do the first task\"",
                "remove it, or move its content into the ImplementationSpec"
            )
        case .stepPromptOverride:
            ReasonDocumentation(
                "a step's own `prompt` wins over the step's text (2026-02)",
                "spec.workflow.steps[0].parameters.prompt: \"only lint\"",
                "remove it, or move its content into the ImplementationSpec"
            )
        case .forbiddenParameterKey:
            ReasonDocumentation(
                "a key that is `prompt` in any case is refused (2026-08)",
                "spec.parameters: {\" Prompt \": x}",
                "remove it and put the text into the ImplementationSpec"
            )
        case .ambiguousPromptSource:
            ReasonDocumentation(
                "inline text and a reference are both set; the inline one wins",
                "implementation.inline and implementationSpecRef: {name: design}",
                "remove one of the two"
            )
        case .emptyPrompt:
            ReasonDocumentation(
                "nothing is left for the agent to read",
                "implementation.inline.text: \"{{ unknown }}\" (2026-08)",
                "write the task into the text"
            )
        case .missingImplementation:
            ReasonDocumentation(
                "neither inline nor a reference, or the ImplementationSpec is not found yet",
                "implementationSpecRef: {name: not-there}",
                "create it first, or correct the name"
            )
        case .literalToken:
            ReasonDocumentation(
                "`${name}` stays as written, in a prompt or in a head, a base or a repository",
                "text: \"fix ${issue}\"",
                "write the value out, or set the parameter (2026-08)"
            )
        case .emptyToken:
            ReasonDocumentation(
                "`{{ path }}` becomes nothing (2026-08)",
                "text: \"work on {{ branhc }}\"",
                "correct the path, or set the parameter"
            )
        case .shellVariable:
            ReasonDocumentation(
                "`$name` is a parameter's key, but parameters are no environment variables",
                "text: \"checkout $head\"",
                "write the value out, or use `${head}` (2026-08)"
            )
        case .planStep:
            ReasonDocumentation(
                "the guide wants a single implement step",
                "steps: [{name: plan}, {name: implement}]",
                "remove the step, or set annotation agents.proompteng.ai/planning-artifact"
            )
        case .systemPromptOverrideNotAllowed:
            ReasonDocumentation(
                "a run may bring no system prompt (2026-08)",
                "spec.systemPrompt: \"be brief\"",
                "set the Agent's defaults"
            )
        case .missingSystemPromptConfiguration:
            ReasonDocumentation(
                "the Agent has no default system prompt (2026-08)",
                "an Agent without spec.defaults",
                "set spec.defaults.systemPrompt or systemPromptRef of the Agent"
            )
        case .ambiguousSystemPrompt:
            ReasonDocumentation(
                "both forms are set; the reference wins (2026-02)",
                "systemPrompt and systemPromptRef",
                "remove one of them"
            )
        case .invalidSystemPromptRef:
            ReasonDocumentation(
                "not an object with kind, name and key",
                "systemPromptRef: {kind: Pod, name: x, key: y}",
                "kind Secret or ConfigMap, name and key"
            )
        case .invalidSystemPrompt:
            ReasonDocumentation(
                "not a string",
                "systemPrompt: 7",
                "write it as text"
            )
        case .systemPromptTooLong:
            ReasonDocumentation(
                "more than 16,384 UTF-16 code units",
                "a very long systemPrompt",
                "shorten it, or refer to a ConfigMap"
            )
        case .invalidRepository:
            ReasonDocumentation(
                "not owner/repo",
                "repository: lab",
                "write owner/repo"
            )
        case .repositoryDenied:
            ReasonDocumentation(
                "matches the policy's deny",
                "repository: proompteng/private-keys",
                "another repository, or the policy"
            )
        case .repositoryNotAllowed:
            ReasonDocumentation(
                "matches no allow, or is on another host",
                "repository: https://evil.example/proompteng/lab",
                "an allowed repository, or the policy"
            )
        case .vcsPolicyDenied:
            ReasonDocumentation(
                "the VersionControlProvider's repositoryPolicy refuses it",
                "repository: other/lab",
                "a repository the provider allows"
            )
        case .missingRepository:
            ReasonDocumentation(
                "version control is required and no repository is given",
                "vcsPolicy: {required: true}",
                "set spec.parameters.repository"
            )
        case .credentialInURL:
            ReasonDocumentation(
                "an address with user information before the `@`; nothing here repeats it",
                "repository: https://x-access-token:TOKEN@github.com/acme/app",
                "write owner/repo, revoke what stood there, and use the VersionControlProvider's secret"
            )
        case .headBranchConflict:
            ReasonDocumentation(
                "another active run holds the branch",
                "a second run with head: codex/x",
                "wait, choose another head, or delete that run"
            )
        case .headBranchPathConflict:
            ReasonDocumentation(
                "git keeps no branch `a` beside a branch `a/b`, and the other one is held, or is the base",
                "head: codex/x/tests while another run has codex/x",
                "choose a head that is no path above or below the other"
            )
        case .tooManyBranches:
            ReasonDocumentation(
                "one run takes at most 32 branches",
                "a workflow of 40 steps, each with a head of its own",
                "split it into several runs"
            )
        case .headBranchPrefix:
            ReasonDocumentation(
                "does not start with a wanted prefix",
                "head: feature/x",
                "rename the branch, or change prefixes"
            )
        case .invalidHeadBranch:
            ReasonDocumentation(
                "git takes no branch of this name, or it has more than 244 bytes",
                "head: codex/a..b",
                "letters, digits, '-', '_', '.' and single slashes"
            )
        case .headEqualsBase:
            ReasonDocumentation(
                "the agent would push to its base",
                "head: main, base: main",
                "a head branch of its own"
            )
        case .secretBlocked:
            ReasonDocumentation(
                "matches the policy's blocked",
                "secrets: [cluster-admin-token]",
                "another Secret"
            )
        case .secretNotAllowed:
            ReasonDocumentation(
                "in no allow list, not in the Agent's, or in no SecretBinding",
                "secrets: [somebody-elses]",
                "an allowed Secret, or add it where the message says"
            )
        case .secretNotListed:
            ReasonDocumentation(
                "spec.secrets must name it as well",
                "systemPromptRef to a Secret that spec.secrets does not name",
                "add it to spec.secrets"
            )
        case .serviceAccountNotAllowed:
            ReasonDocumentation(
                "not in the Agent's allowedServiceAccounts",
                "runtime.config.serviceAccount: admin",
                "an allowed account, or add it to the Agent"
            )
        case .imageBlocked:
            ReasonDocumentation(
                "matches the policy's deny",
                "workload.image: tools:latest",
                "an allowed image"
            )
        case .imageNotAllowed:
            ReasonDocumentation(
                "matches no allow",
                "workload.image: docker.io/tools:1",
                "an allowed image, or the policy"
            )
        case .implementationSourceProviderNotAllowed:
            ReasonDocumentation(
                "not in the Agent's allowedImplementationSourceProviders (2026-08)",
                "implementation.inline.source.provider: manual",
                "an allowed source, or add it to the Agent"
            )
        case .runNameTooLong:
            ReasonDocumentation(
                "more than 63 characters, and the name becomes a label",
                "a name of 64 characters",
                "the shorter name the message proposes"
            )
        case .runNameNotLabelValue:
            ReasonDocumentation(
                "no label value",
                "generateName: \"-run-\"",
                "letters or digits at both ends"
            )
        case .missingRequiredLabels:
            ReasonDocumentation(
                "a label the policy requires is missing or empty",
                "required: [team]",
                "add the label"
            )
        case .labelBlocked:
            ReasonDocumentation(
                "a label the policy denies",
                "labels: {debug: \"1\"}",
                "remove the label"
            )
        case .labelNotAllowed:
            ReasonDocumentation(
                "a label the policy does not allow",
                "labels: {color: red}",
                "remove the label, or the policy"
            )
        case .misplacedTtl:
            ReasonDocumentation(
                "a time to live in runtime.config is the runner's Job's (ttlSecondsAfterFinished at job and workflow) or nobody's",
                "runtime.config.ttlSecondsAfterFinished: 60",
                "move it to spec.ttlSecondsAfterFinished"
            )
        case .tooLarge:
            ReasonDocumentation(
                "larger than a limit of policy.md allows; when that denies, nothing else is judged",
                "300 steps",
                "split or shorten it"
            )
        case .parametersTooLarge:
            ReasonDocumentation(
                "more than 100 entries",
                "101 parameters",
                "put long input into the ImplementationSpec"
            )
        case .parameterNotString:
            ReasonDocumentation(
                "not a string",
                "parameters: {issue: 7}",
                "put it in quotes"
            )
        case .parameterValueTooLarge:
            ReasonDocumentation(
                "more than 2,048 bytes",
                "a long parameter",
                "put it into the ImplementationSpec"
            )
        case .overlappingAttempts:
            ReasonDocumentation(
                "a step that writes is tried again after a timeout, which does not end its Job: two pods push to one branch",
                "steps: [{name: a, timeoutSeconds: 600, retries: 1}]",
                "set retries to 0, or remove timeoutSeconds"
            )
        case .missingWorkflowSteps:
            ReasonDocumentation(
                "a workflow without steps",
                "runtime: {type: workflow}",
                "add a step"
            )
        case .workflowStepMissingName:
            ReasonDocumentation(
                "a step without a name; 2026-02 drops it",
                "steps: [{}]",
                "name the step"
            )
        case .workflowStepDuplicate:
            ReasonDocumentation(
                "an earlier step has the name",
                "steps: [{name: a}, {name: a}]",
                "give every step a name of its own"
            )
        case .workflowLoopsDisabled:
            ReasonDocumentation(
                "the controller runs no loops",
                "loop: {maxIterations: 3} with loops: false",
                "remove the loop"
            )
        case .workflowLoopMaxIterationsInvalid:
            ReasonDocumentation(
                "less than 1",
                "loop: {maxIterations: 0}",
                "1 or more"
            )
        case .workflowLoopMaxIterationsExceeded:
            ReasonDocumentation(
                "more than the controller allows",
                "loop: {maxIterations: 99}",
                "20 or less"
            )
        case .workflowLoopConditionExpressionMissing:
            ReasonDocumentation(
                "a condition without expression",
                "loop.condition: {}",
                "write the CEL expression"
            )
        case .workflowLoopConditionPathInvalid:
            ReasonDocumentation(
                "not an absolute path",
                "loop.condition.source.path: out.json",
                "start it with a slash"
            )
        case .workflowLoopConditionOnMissingInvalid:
            ReasonDocumentation(
                "neither stop nor fail",
                "loop.condition.source.onMissing: skip",
                "stop or fail"
            )
        case .workflowLoopConditionOnInvalidInvalid:
            ReasonDocumentation(
                "neither stop nor fail",
                "loop.condition.source.onInvalid: skip",
                "stop or fail"
            )
        case .workflowLoopStateVolumeDuplicate:
            ReasonDocumentation(
                "a volume named twice",
                "loop.state.volumeNames: [v, v]",
                "name it once"
            )
        case .workflowLoopStateVolumeMissing:
            ReasonDocumentation(
                "no such volume",
                "loop.state.volumeNames: [w]",
                "add it to the workload's volumes"
            )
        case .workflowLoopStateVolumeRequired:
            ReasonDocumentation(
                "state is required and no volume named",
                "loop.state: {required: true}",
                "name a volume of type pvc"
            )
        case .workflowLoopStateVolumeNotPersistent:
            ReasonDocumentation(
                "none of the volumes outlives a pod",
                "loop.state with an emptyDir",
                "a volume of type pvc with a claimName"
            )
        case .missingRuntime:
            ReasonDocumentation(
                "no runtime type",
                "runtime: {}",
                "workflow, job, temporal or custom"
            )
        case .missingEndpoint:
            ReasonDocumentation(
                "custom without endpoint",
                "runtime: {type: custom}",
                "set runtime.config.endpoint"
            )
        case .missingTemporalConfig:
            ReasonDocumentation(
                "temporal without workflowType or taskQueue",
                "runtime: {type: temporal}",
                "set both"
            )
        case .invalidContract:
            ReasonDocumentation(
                "requiredKeys or mappings are faulty",
                "contract: {requiredKeys: [\"\"]}",
                "complete or remove the entries"
            )
        case .missingRequiredMetadata:
            ReasonDocumentation(
                "a key the contract demands is missing",
                "contract: {requiredKeys: [issueNumber]}",
                "set the parameter"
            )
        case .missingAgent:
            ReasonDocumentation(
                "no Agent named, or not found yet",
                "agentRef: {name: not-there}",
                "create it first, or correct the name"
            )
        case .missingProvider:
            ReasonDocumentation(
                "the Agent's AgentProvider is missing",
                "an Agent without providerRef",
                "create it first, or name one"
            )
        case .missingVcsProvider:
            ReasonDocumentation(
                "the VersionControlProvider is missing",
                "vcsRef: {name: not-there}",
                "create it first, or name one"
            )
        case .missingMemory:
            ReasonDocumentation(
                "the Memory is missing",
                "memoryRef: {name: not-there}",
                "create it first, or correct the name"
            )
        case .missingSecret:
            ReasonDocumentation(
                "the Secret is missing",
                "secrets: [not-there]",
                "create it first, or correct the name"
            )
        case .specImmutableViolation:
            ReasonDocumentation(
                "the controller has taken the spec on",
                "agentRef changed while the run is Running",
                "create a new run"
            )
        case .idempotencyKeyInUse:
            ReasonDocumentation(
                "another active run has the key",
                "idempotencyKey: nightly",
                "wait, or use another key"
            )
        case .idempotencyKeyCompleted:
            ReasonDocumentation(
                "a finished run has the key",
                "idempotencyKey: nightly",
                "use another key"
            )
        case .concurrencyLimit:
            ReasonDocumentation(
                "as many run as may",
                "a sixth running run of one Agent",
                "wait, or raise the limit"
            )
        case .queueLimit:
            ReasonDocumentation(
                "as many wait as may",
                "the 201st waiting run of a namespace",
                "wait, or raise the limit"
            )
        case .deadPattern:
            ReasonDocumentation(
                "the pattern can match no owner/repo",
                "repositoryPolicy.allow: [\"git@host:*\"]",
                "write owner/repo with *"
            )
        case .unsupportedVcsAuth:
            ReasonDocumentation(
                "the provider type has no such authentication",
                "provider: gitlab with auth.method: app",
                "a supported method"
            )
        case .deprecatedAuth:
            ReasonDocumentation(
                "deprecated token type",
                "provider: github with token.type: pat",
                "fine_grained"
            )
        case .stateUnavailable:
            ReasonDocumentation(
                "there is no cluster state to judge by",
                "the webhook has just started",
                "wait for /readyz"
            )
        case .stateStale:
            ReasonDocumentation(
                "the cluster state is old",
                "no news from the API for longer than stateMaxAgeSeconds",
                "see /readyz"
            )
        case .branchUnclaimed:
            ReasonDocumentation(
                "the API server could not be asked whose the branch is",
                "it is overloaded, or may not be asked for Leases",
                "put right what the message says, and try again"
            )
        case .ruleFailed:
            ReasonDocumentation(
                "a rule could not judge the object",
                "none is known",
                "report it with the server's log"
            )
        }
    }
}
