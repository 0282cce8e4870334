extension AgentRun {
    /// The run without its inline implementations: what is kept of it where only its branches are asked for.
    package var withoutInlineImplementations: AgentRun {
        let steps = spec.workflowSteps.contains { $0.implementation.inline != nil }
        guard steps || spec.implementation.inline != nil else { return self }
        let trimmed = Spec()
        trimmed.agentName = spec.agentName
        trimmed.implementation.specRefName = spec.implementation.specRefName
        trimmed.parameters = spec.parameters
        trimmed.runtime = spec.runtime
        trimmed.secrets = spec.secrets
        trimmed.hasTimeToLive = spec.hasTimeToLive
        trimmed.systemPrompt = spec.systemPrompt
        trimmed.systemPromptRef = spec.systemPromptRef
        trimmed.vcsPolicy = spec.vcsPolicy
        trimmed.vcsRefName = spec.vcsRefName
        trimmed.memoryRefName = spec.memoryRefName
        trimmed.workflowSteps = spec.workflowSteps.map(\.withoutInlineImplementation)
        trimmed.workload = spec.workload
        trimmed.goal = spec.goal
        trimmed.idempotencyKey = spec.idempotencyKey
        return with(spec: trimmed)
    }
}

extension WorkflowStep {
    fileprivate var withoutInlineImplementation: WorkflowStep {
        let trimmed = WorkflowStep(index: index)
        trimmed.name = name
        trimmed.implementation.specRefName = implementation.specRefName
        trimmed.parameters = parameters
        trimmed.workload = workload
        trimmed.loop = loop
        (trimmed.timeoutSeconds, trimmed.retries) = (timeoutSeconds, retries)
        trimmed.retryBackoffSeconds = retryBackoffSeconds
        return trimmed
    }
}
