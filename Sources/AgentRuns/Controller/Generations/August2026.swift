extension Generation {
    /// Run-level prompts are forbidden; templates and loops exist.
    package static let august2026 = Generation(
        "2026-08",
        forbidsPromptParameter: true,
        rendersTexts: true,
        hasPromptOfAdapter: true,
        takesSystemPromptOfRun: false,
        knowsWorkflowStage: false,
        derivesIssueWithoutNumber: false,
        hasDefaultHead: true,
        dropsUnnamedSteps: false,
        hasGoals: true,
        hasLoops: true,
        readsProviderWorkload: true,
        hasProviderAdapters: true,
        namesVolumesAfterRun: true,
        readsServiceAccountName: true,
        readsRuntimeResources: true,
        checksImageFirst: false,
        checksImplementationSource: true,
        hasTemplates: true,
        locksFinishedRuns: false,
        locksGoal: true
    )
}
