extension Generation {
    /// The controller of the AgentRun creation guide: `parameters.prompt` wins.
    package static let february2026 = Generation(
        "2026-02",
        forbidsPromptParameter: false,
        rendersTexts: false,
        hasPromptOfAdapter: false,
        takesSystemPromptOfRun: true,
        knowsWorkflowStage: true,
        derivesIssueWithoutNumber: true,
        hasDefaultHead: false,
        dropsUnnamedSteps: true,
        hasGoals: false,
        hasLoops: false,
        readsProviderWorkload: false,
        hasProviderAdapters: false,
        namesVolumesAfterRun: false,
        readsServiceAccountName: false,
        readsRuntimeResources: false,
        checksImageFirst: true,
        checksImplementationSource: false,
        hasTemplates: false,
        locksFinishedRuns: true,
        locksGoal: false
    )
}
